//! The memory that an engine computes in: from the heap, or lent by the caller, for machines without one. It lies in this room
//! because lent bytes become numbers here, which no other room may do.

#![allow(unsafe_code)] // Bytes become places of another type; this room is the one place that has it.

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec};
use core::mem::{self, MaybeUninit};
use core::ops::{Deref, DerefMut};
use core::slice;

/// The largest alignment that is ever asked for.
const ALIGNMENT: usize = 16;

/// Where memory is taken from.
#[derive(Debug)]
pub(crate) enum Source<'m> {
    /// Each buffer is a box.
    #[cfg(feature = "alloc")]
    Heap,
    /// Buffers lie one behind the other in what the caller lends.
    Lent(&'m mut [MaybeUninit<u8>]),
    /// Nothing is taken, only counted.
    Count(Count),
}

/// How many bytes are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// By all buffers together.
    bytes: usize,
    /// With the gaps that alignment makes between them.
    laid_out: usize,
}

impl Count {
    /// What all buffers hold: what is taken from a heap.
    pub(crate) const fn on_the_heap(self) -> usize {
        self.bytes
    }

    /// What must be lent, wherever it begins.
    pub(crate) const fn lent(self) -> usize {
        if self.bytes == 0 { 0 } else { self.laid_out.saturating_add(ALIGNMENT - 1) }
    }

    const fn add<T>(&mut self, count: usize) {
        let bytes = count.saturating_mul(size_of::<T>());
        self.bytes = self.bytes.saturating_add(bytes);
        self.laid_out = self.laid_out.next_multiple_of(align_of::<T>()).saturating_add(bytes);
    }
}

impl<'m> Source<'m> {
    /// Takes `count` places, each with this value. Lent memory that is too short gives none, and makes no engine: whoever lends
    /// has counted before.
    pub(crate) fn take<T: Copy>(&mut self, count: usize, value: T) -> Buffer<'m, T> {
        const { assert!(align_of::<T>() <= ALIGNMENT && size_of::<T>() > 0) };
        match self {
            #[cfg(feature = "alloc")]
            Self::Heap => Buffer::Own(vec![value; count].into_boxed_slice()),
            Self::Lent(memory) => Buffer::Lent(carve(memory, count, value)),
            Self::Count(bytes) => {
                bytes.add::<T>(count);
                Buffer::Lent(&mut [])
            }
        }
    }
}

/// Cuts `count` places off the front of `memory`, aligned, and fills them; none if it is too short.
fn carve<'m, T: Copy>(memory: &mut &'m mut [MaybeUninit<u8>], count: usize, value: T) -> &'m mut [T] {
    if count == 0 {
        return &mut [];
    }
    let whole = mem::take(memory);
    let gap = whole.as_ptr().align_offset(align_of::<T>());
    let Some(bytes) = count.checked_mul(size_of::<T>()) else { return &mut [] };
    let Some((taken, rest)) =
        whole.split_at_mut_checked(gap).and_then(|(_, aligned)| aligned.split_at_mut_checked(bytes))
    else {
        return &mut [];
    };
    *memory = rest;
    // SAFETY: `taken` begins at the alignment of `T`, holds exactly `count` of them, is borrowed for `'m` by nobody else, and a place
    // that may be uninitialised needs no value.
    let places = unsafe { slice::from_raw_parts_mut(taken.as_mut_ptr().cast::<MaybeUninit<T>>(), count) };
    for place in &mut *places {
        place.write(value);
    }
    // SAFETY: the same places, each of which was just written. `T` is `Copy`, so nothing has to be dropped; the caller's bytes may be
    // uninitialised afterwards, as their type allows.
    unsafe { slice::from_raw_parts_mut(places.as_mut_ptr().cast::<T>(), count) }
}

/// Numbers in memory that was taken.
#[derive(Debug)]
pub(crate) enum Buffer<'m, T> {
    #[cfg(feature = "alloc")]
    Own(Box<[T]>),
    Lent(&'m mut [T]),
}

impl<'m, T> Buffer<'m, T> {
    /// The same, never to be written again.
    pub(crate) fn freeze(self) -> Frozen<'m, T> {
        match self {
            #[cfg(feature = "alloc")]
            Self::Own(numbers) => Frozen::Own(numbers),
            Self::Lent(numbers) => Frozen::Lent(numbers),
        }
    }
}

impl<T> Deref for Buffer<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            #[cfg(feature = "alloc")]
            Self::Own(numbers) => numbers,
            Self::Lent(numbers) => numbers,
        }
    }
}

impl<T> DerefMut for Buffer<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            #[cfg(feature = "alloc")]
            Self::Own(numbers) => numbers,
            Self::Lent(numbers) => numbers,
        }
    }
}

/// A copy lies on the heap, wherever the numbers lay.
#[cfg(feature = "alloc")]
impl<T: Copy> Clone for Buffer<'_, T> {
    fn clone(&self) -> Self {
        Self::Own(Box::from(&**self))
    }
}

/// What is only read. Unlike a [`Buffer`], one of a longer life is one of a shorter life too, whatever it holds.
#[cfg_attr(feature = "alloc", derive(Clone))]
#[derive(Debug)]
pub(crate) enum Frozen<'m, T> {
    #[cfg(feature = "alloc")]
    Own(Box<[T]>),
    Lent(&'m [T]),
}

impl<T> Deref for Frozen<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            #[cfg(feature = "alloc")]
            Self::Own(numbers) => numbers,
            Self::Lent(numbers) => numbers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn buffers_lie_apart_and_aligned_wherever_the_memory_begins() {
        for offset in 0..2 * ALIGNMENT {
            let ask = |source: &mut Source<'_>| {
                let mut numbers = Vec::new();
                let (mut a, mut b) = (source.take(3, 0x11_u8), source.take(5, 0x2222_u16));
                let (mut c, d) = (source.take(2, u64::MAX), source.take(0, 7_u32));
                let mut e = source.take(1, '!');
                a.fill(1);
                b.fill(2);
                c.fill(3);
                e.fill('e');
                numbers.extend(a.iter().map(|&number| u64::from(number)));
                numbers.extend(b.iter().map(|&number| u64::from(number)));
                numbers.extend(c.iter().copied());
                numbers.extend(d.iter().map(|&number| u64::from(number)));
                numbers.extend(e.iter().map(|&letter| u64::from(letter)));
                numbers
            };
            let mut source = Source::Count(Count::default());
            assert_eq!(ask(&mut source), []);
            let Source::Count(count) = source else { panic!("it still counts") };
            assert_eq!(count.on_the_heap(), 3 + 10 + 16 + 4);
            let mut memory = vec![MaybeUninit::new(0xaa_u8); offset + count.lent() + 1];
            let (before, rest) = memory.split_at_mut(offset);
            let (lent, behind) = rest.split_at_mut(count.lent());
            let wanted = [1, 1, 1, 2, 2, 2, 2, 2, 3, 3, u64::from('e')];
            assert_eq!(ask(&mut Source::Lent(lent)), wanted, "memory at {offset}");
            for byte in before.iter().chain(behind.iter()) {
                // SAFETY: it was given a value above, and no buffer may touch it.
                assert_eq!(unsafe { byte.assume_init() }, 0xaa);
            }
            // Too short: there is less, and nothing is touched that is not there.
            for short in 0..lent.len() {
                assert!(ask(&mut Source::Lent(&mut lent[..short])).len() <= wanted.len());
            }
        }
    }

    #[test]
    fn a_copy_is_a_heap_of_its_own() {
        let mut memory = [MaybeUninit::uninit(); 64];
        let mut lent = Source::Lent(&mut memory).take(4, 5_i32);
        let copy = lent.clone();
        lent.fill(6);
        assert_eq!((&*copy, &*lent), (&[5; 4][..], &[6; 4][..]));
        assert!(matches!(copy, Buffer::Own(_)));
        assert_eq!(&*lent.freeze(), &[6; 4]);
    }
}
