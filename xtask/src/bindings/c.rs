//! The C library: installed, and used by programs that watch every byte.

use super::install;
use super::program::{cargo, run};
use super::tools::{CC, CMAKE, CXX, MAKE, Missing, PKG_CONFIG, VALGRIND};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Programs of `bindings/c/tests`.
const TESTS: [&str; 2] = ["golden", "total"];
const FLAGS: [&str; 6] = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g"];
/// What a stripped program with the whole engine may be, its model aside.
const MOST_STATIC: u64 = 400_000;
/// What the static library needs beside itself.
const SYSTEM: [&str; 3] = ["-lpthread", "-lm", "-ldl"];

/// Installs the library under `work/prefix` and tests it.
///
/// # Errors
///
/// What failed.
pub(super) fn test(root: &Path, work: &Path, missing: &mut Missing) -> Result<(), String> {
    let prefix = work.join("prefix");
    install::run(root, &prefix)?;
    if !missing.none("C", &[CC]) {
        return Ok(());
    }
    let suite = Suite { root, work, prefix: &prefix };
    let whole = prefix.join("lib/libstonechat.a");
    let sanitized = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let watched = suite.watched()?;
    for test in TESTS {
        let program = suite.build(test, "asan", &watched, &sanitized)?;
        println!("c: AddressSanitizer: {}", suite.run(Command::new(program), test)?);
    }
    if missing.none("C under Valgrind", &[VALGRIND]) {
        for test in TESTS {
            let program = suite.build(test, "plain", &whole, &[])?;
            let mut valgrind = Command::new(VALGRIND.name);
            valgrind
                .args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=all"])
                .arg(program);
            println!("c: Valgrind: {}", suite.run(valgrind, test)?);
        }
        let mut helgrind = Command::new(VALGRIND.name);
        helgrind
            .args(["--tool=helgrind", "--quiet", "--error-exitcode=9"])
            .arg(suite.work.join("golden-plain"));
        let golden = root.join("golden");
        let said = run(helgrind.arg(&golden).arg(golden.join("cases/v1/parts.jsonl")))?;
        println!("c: Helgrind, a model in four threads: {said}");
    }
    let bare = suite.bare()?;
    for test in TESTS {
        let flags = [&sanitized[..], &["-DSTONECHAT_WITHOUT_ALLOCATOR"]].concat();
        let program = suite.build(test, "bare", &bare, &flags)?;
        println!("c: without an allocator: {}", suite.run(Command::new(program), test)?);
    }
    suite.weigh(&bare)?;
    if missing.none("the shared library by pkg-config", &[PKG_CONFIG]) {
        let program = suite.shared()?;
        println!("c: pkg-config: {}", suite.run(Command::new(program), "golden")?);
    }
    if missing.none("the header in C++", &[CXX]) {
        let header = prefix.join("include/stonechat.h");
        run(Command::new(CXX.name)
            .args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++"])
            .arg(header))?;
        println!("c: the header is C++ too");
    }
    if missing.none("the example for CMake", &[CMAKE, MAKE]) {
        suite.cmake()?;
    }
    Ok(())
}

struct Suite<'a> {
    root: &'a Path,
    work: &'a Path,
    prefix: &'a Path,
}

impl Suite<'_> {
    /// A program from its source, with the golden tables' reader.
    fn compiler(&self, test: &str, program: &Path) -> Command {
        let tests = self.root.join("bindings/c/tests");
        let mut command = Command::new(CC.name);
        command
            .args(FLAGS)
            .arg(tests.join(format!("{test}.c")))
            .arg(tests.join("json.c"))
            .arg("-o")
            .arg(program);
        command
    }

    fn build(&self, test: &str, kind: &str, library: &Path, flags: &[&str]) -> Result<PathBuf, String> {
        let program = self.work.join(format!("{test}-{kind}"));
        let mut command = self.compiler(test, &program);
        command.arg("-I").arg(self.prefix.join("include")).args(flags).arg(library).args(SYSTEM);
        // What no function needs is not there to be missed: a library without `std` leaves unwinding to nobody.
        run(command.arg("-Wl,--gc-sections"))?;
        Ok(program)
    }

    /// What a test says of the golden tables, or of one model.
    fn run(&self, mut command: Command, test: &str) -> Result<String, String> {
        let golden = self.root.join("golden");
        if test == "golden" {
            command.arg(&golden).args(tables(&golden)?);
        } else {
            command.arg(golden.join("models/v1/smart-home.stone"));
        }
        run(&mut command)
    }

    /// The library whose own reads and writes are watched too, not only those of the program around it. A compiler that is not
    /// nightly has all that this takes, but asks to be persuaded.
    fn watched(&self) -> Result<PathBuf, String> {
        let target = self.root.join("target/watched");
        let host = run(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let mut command = cargo();
        command.current_dir(self.root).env("CARGO_TARGET_DIR", &target).env("RUSTC_BOOTSTRAP", "1");
        command.env("RUSTFLAGS", "-Zsanitizer=address").args(["build", "--package", "stonechat-c", "--lib"]);
        // A target keeps the flags away from what is run while building.
        run(command.args(["--target", &host, "--locked", "--quiet"]))?;
        Ok(target.join(host).join("debug/libstonechat.a"))
    }

    /// The library for machines without an allocator.
    fn bare(&self) -> Result<PathBuf, String> {
        let target = self.root.join("target/bare");
        let mut command = cargo();
        command.current_dir(self.root).env("CARGO_TARGET_DIR", &target);
        command.args([
            "rustc",
            "--package",
            "stonechat-c",
            "--lib",
            "--profile",
            "small",
            "--no-default-features",
        ]);
        run(command.args(["--crate-type", "staticlib", "--locked", "--quiet"]))?;
        Ok(target.join("small/libstonechat.a"))
    }

    /// What the engine takes in a program without a heap that is linked as a product would be.
    fn weigh(&self, bare: &Path) -> Result<(), String> {
        let program = self.work.join("bare");
        let mut command = Command::new(CC.name);
        command.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-Os", "-s", "-Wl,--gc-sections", "-I"]);
        command.arg(self.prefix.join("include")).arg(self.root.join("bindings/c/tests/bare.c")).arg(bare);
        run(command.arg("-o").arg(&program))?;
        let model = self.root.join("golden/models/v1/smart-home.stone");
        let asked = Command::new(&program).arg(model).arg("turn the kitchen lights off").status();
        // `lights.off` is the second label.
        if !asked.as_ref().is_ok_and(|status| status.code() == Some(1)) {
            return Err(format!("c: the example without a heap ends with {asked:?}"));
        }
        let size = fs::metadata(&program).map_err(|error| format!("{}: {error}", program.display()))?.len();
        println!("c: a stripped program without a heap has {size} bytes");
        if size > MOST_STATIC {
            return Err(format!("c: it may have {MOST_STATIC}"));
        }
        Ok(())
    }

    /// A program that loads the shared library, compiled as `pkg-config` says.
    fn shared(&self) -> Result<PathBuf, String> {
        let folder = self.prefix.join("lib");
        let mut asked = Command::new(PKG_CONFIG.name);
        asked.env("PKG_CONFIG_PATH", folder.join("pkgconfig")).args(["--cflags", "--libs", "stonechat"]);
        let flags = run(&mut asked)?;
        let program = self.work.join("golden-shared");
        let mut command = self.compiler("golden", &program);
        command.args(flags.split_whitespace()).arg(format!("-Wl,-rpath,{}", folder.display()));
        run(command.arg("-lpthread"))?;
        let needed = run(Command::new("readelf").arg("--dynamic").arg(&program))?;
        if !needed.contains("[libstonechat.so.0]") {
            return Err("c: the program does not look for libstonechat.so.0".to_string());
        }
        Ok(program)
    }

    /// The example for CMake, built and asked.
    fn cmake(&self) -> Result<(), String> {
        let build = self.work.join("cmake");
        // Another prefix may be remembered there.
        let _ = fs::remove_dir_all(&build);
        let mut configure = Command::new(CMAKE.name);
        configure.arg("-S").arg(self.root.join("bindings/c/examples/cmake")).arg("-B").arg(&build);
        run(configure.arg(format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display())))?;
        run(Command::new(CMAKE.name).arg("--build").arg(&build))?;
        for program in ["first", "first-static"] {
            let model = self.root.join("golden/models/v1/smart-home.stone");
            let mut asked = Command::new(build.join(program));
            let said = run(asked.arg(model).arg("turn the kitchen lights off"))?;
            if !said.starts_with("accept lights.off 0.9") || !said.ends_with("room = kitchen") {
                return Err(format!("c: the example for CMake says {said:?}"));
            }
        }
        println!("c: CMake finds the shared and the static library");
        Ok(())
    }
}

/// The golden tables, in order.
fn tables(golden: &Path) -> Result<Vec<PathBuf>, String> {
    let list = |folder: PathBuf| -> Result<Vec<PathBuf>, String> {
        let failed = |error| format!("{}: {error}", folder.display());
        let mut paths = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        Ok(paths)
    };
    let mut all = Vec::new();
    for version in list(golden.join("cases"))? {
        all.extend(list(version)?);
    }
    Ok(all)
}
