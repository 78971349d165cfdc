//! Which kernel computes.

use stonechat_engine::Kernel;

use crate::failure::Failure;

/// The variable of the environment that forces a kernel.
pub(crate) const VARIABLE: &str = "STONECHAT_KERNEL";

/// The kernel that `STONECHAT_KERNEL` names, if it is set.
pub(crate) fn forced() -> Result<Option<Kernel>, Failure> {
    let Some(name) = std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let name = name.to_string_lossy();
    let unknown = || {
        let names: Vec<_> = Kernel::available().iter().map(Kernel::name).collect();
        Failure::Input(format!(
            "{VARIABLE}={name}: this machine has no kernel of that name; write one of: {}",
            names.join(", ")
        ))
    };
    Kernel::by_name(&name).map(Some).ok_or_else(unknown)
}

/// The kernel that is named or else the fastest.
pub(crate) fn choose() -> Result<Kernel, Failure> {
    Ok(forced()?.unwrap_or_else(Kernel::detect))
}
