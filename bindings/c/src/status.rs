//! What became of a call.

use core::ffi::{CStr, c_char};

/// What became of a call. Later versions may add values: treat one that you do not know as a failure.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StonechatStatus {
    /// Done.
    Ok = 0,
    /// A pointer that must not be null is null, or no such thing can begin where it points.
    NullPointer = 1,
    /// A text is not UTF-8.
    NotUtf8 = 2,
    /// The bytes do not begin as a model file does.
    NotAModel = 3,
    /// The file needs a newer engine: its version, tier or a section is not known.
    UnknownFormat = 4,
    /// The file is damaged; `stonechat_explain` tells where.
    Damaged = 5,
    /// The buffer or the memory is too short; where the function says so, it tells how much is needed.
    TooShort = 6,
    /// There is nothing at this index.
    OutOfRange = 7,
    /// The engine has not answered anything yet, or was asked something else since.
    NoAnswer = 8,
    /// The slot's text stands for no value of its type, or only with a time to count from.
    Unresolved = 9,
    /// A recorded example is answered otherwise than the file says: the file, the library or the machine is broken.
    Mismatch = 10,
    /// The calendar or the clock has no such time.
    NoSuchTime = 11,
    /// The model has no slot of this name.
    UnknownSlot = 12,
    /// The slot is not of type choice, and takes no list of values.
    NotAChoice = 13,
    /// A phrase stands for a value that is not in the list.
    UnknownValue = 14,
    /// The engine has lists of values that the file does not know, so the recorded examples prove nothing.
    ValuesSet = 15,
    /// This library was built without an allocator; use the functions that take memory of yours.
    NoAllocator = 16,
    /// There is not enough memory.
    OutOfMemory = 17,
    /// The library failed in a way that should be impossible; free the engine and report it.
    Internal = 18,
}

impl StonechatStatus {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; 19] = [
        Self::Ok,
        Self::NullPointer,
        Self::NotUtf8,
        Self::NotAModel,
        Self::UnknownFormat,
        Self::Damaged,
        Self::TooShort,
        Self::OutOfRange,
        Self::NoAnswer,
        Self::Unresolved,
        Self::Mismatch,
        Self::NoSuchTime,
        Self::UnknownSlot,
        Self::NotAChoice,
        Self::UnknownValue,
        Self::ValuesSet,
        Self::NoAllocator,
        Self::OutOfMemory,
        Self::Internal,
    ];

    const fn message(self) -> &'static CStr {
        match self {
            Self::Ok => c"done",
            Self::NullPointer => c"a pointer is null or points where no such thing can begin",
            Self::NotUtf8 => c"the text is not UTF-8",
            Self::NotAModel => c"these bytes are not a model file; give a file that `stonechat train` wrote",
            Self::UnknownFormat => c"the model file needs a newer engine; update the library",
            Self::Damaged => c"the model file is damaged; copy it again or train it anew",
            Self::TooShort => c"the buffer or the memory is too short",
            Self::OutOfRange => c"there is nothing at this index",
            Self::NoAnswer => c"the engine has no answer; ask it first",
            Self::Unresolved => c"the text of the slot stands for no value of its type",
            Self::Mismatch => {
                c"a recorded example is answered otherwise; the file, the library or the machine is broken"
            }
            Self::NoSuchTime => c"the calendar or the clock has no such time",
            Self::UnknownSlot => c"the model has no slot of this name",
            Self::NotAChoice => c"the slot is not of type choice; only such a slot takes a list of values",
            Self::UnknownValue => c"a phrase stands for a value that is not in the list",
            Self::ValuesSet => {
                c"the engine has other lists of values than its file; verify one that has none"
            }
            Self::NoAllocator => {
                c"the library was built without an allocator; use the functions that take memory"
            }
            Self::OutOfMemory => c"there is not enough memory",
            Self::Internal => c"the library failed; free the engine and report it",
        }
    }
}

/// What a call comes to: nothing, or why it failed.
pub(crate) type Outcome = Result<(), StonechatStatus>;

/// Runs the body of a function that C calls. A panic, of which there should be none, ends here.
pub(crate) fn call(body: impl FnOnce() -> Outcome) -> StonechatStatus {
    #[cfg(all(feature = "std", panic = "unwind"))]
    let outcome = std::panic::catch_unwind(core::panic::AssertUnwindSafe(body))
        .unwrap_or(Err(StonechatStatus::Internal));
    #[cfg(not(all(feature = "std", panic = "unwind")))]
    let outcome = body();
    outcome.err().unwrap_or(StonechatStatus::Ok)
}

/// The words for a status, in English, ended by a zero. Never null, whatever the number; never to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn stonechat_message(status: i32) -> *const c_char {
    let known = StonechatStatus::ALL.into_iter().find(|known| *known as i32 == status);
    known.map_or(c"this library does not know the status", StonechatStatus::message).as_ptr()
}

/// The version of the library, such as `0.1.0`, ended by a zero. Never null, never to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn stonechat_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ffi::CStr;

    #[test]
    fn a_panic_becomes_a_status() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| ()));
        assert_eq!(call(|| panic!("never to be seen")), StonechatStatus::Internal);
        std::panic::set_hook(hook);
        assert_eq!(call(|| Err(StonechatStatus::Damaged)), StonechatStatus::Damaged);
        assert_eq!(call(|| Ok(())), StonechatStatus::Ok);
    }

    #[test]
    fn each_status_has_words_of_its_own() {
        let words = |status: i32| {
            // SAFETY: never null, and ended by a zero.
            unsafe { CStr::from_ptr(stonechat_message(status)) }.to_str().unwrap()
        };
        let mut all: Vec<&str> = (-1..=StonechatStatus::ALL.len() as i32).map(words).collect();
        assert_eq!(all.first(), all.last(), "neither is a status");
        all.pop();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), StonechatStatus::ALL.len() + 1);
    }
}
