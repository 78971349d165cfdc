//! The targets.

use super::need::{CROSS, Need};

/// A machine that programs are built for and run on.
pub(super) struct Target {
    /// For people and `--only`.
    pub(super) name: &'static str,
    /// As the compiler calls it.
    pub(super) triple: &'static str,
    /// Flags of the compiler.
    pub(super) flags: &'static str,
    pub(super) kind: Kind,
    /// The kernels that must have answered; of the host, whichever the machine has.
    pub(super) kernels: &'static [&'static str],
    /// What it needs beside the compiler.
    needs: &'static [Need],
}

/// How a program is built and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Here.
    Host,
    /// With the standard library, under an emulator of the processor alone.
    Linux,
    /// A module, in Node.
    Module,
    /// Bare metal, in an emulated board.
    Board,
}

/// Every target, in the order of the table. The first one is what the others are held against.
pub(super) const TARGETS: [Target; 5] = [
    Target {
        name: "x86-64",
        triple: "x86_64-unknown-linux-gnu",
        flags: "",
        kind: Kind::Host,
        kernels: &["reference"],
        needs: &[],
    },
    Target {
        name: "aarch64",
        triple: "aarch64-unknown-linux-gnu",
        flags: "",
        kind: Kind::Linux,
        kernels: &["neon", "reference"],
        needs: &[
            Need { tool: "aarch64-linux-gnu-gcc", package: "gcc-aarch64-linux-gnu" },
            Need { tool: "/usr/aarch64-linux-gnu/lib/libc.so.6", package: "libc6-dev-arm64-cross" },
            Need { tool: "qemu-aarch64", package: "qemu-user" },
        ],
    },
    Target {
        name: "wasm32",
        triple: "wasm32-unknown-unknown",
        flags: "",
        kind: Kind::Module,
        kernels: &["reference"],
        needs: &[WASM_LD, NODE],
    },
    Target {
        name: "wasm32-simd128",
        triple: "wasm32-unknown-unknown",
        flags: "-Ctarget-feature=+simd128",
        kind: Kind::Module,
        kernels: &["simd128", "reference"],
        needs: &[WASM_LD, NODE],
    },
    Target {
        name: "thumbv7em",
        triple: "thumbv7em-none-eabihf",
        flags: "",
        kind: Kind::Board,
        kernels: &["reference"],
        needs: &[
            Need { tool: "ld.lld-22", package: "lld-22" },
            Need { tool: "qemu-system-arm", package: "qemu-system-arm" },
        ],
    },
];

const WASM_LD: Need = Need { tool: "wasm-ld-22", package: "lld-22" };
const NODE: Need = Need { tool: "node", package: "nodejs" };

impl Target {
    /// What it needs.
    pub(super) fn needs(&self) -> impl Iterator<Item = &'static Need> + use<> {
        let compiler: &[Need] = if self.kind == Kind::Host { &[] } else { &CROSS };
        compiler.iter().chain(self.needs)
    }
}
