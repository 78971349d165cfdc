//! Writing files: whole or not at all, and only where a file may stand.

use std::fs;

use stonechat_task::{check_writable, write_file};

use crate::support::Folder;

#[test]
fn a_file_is_replaced_whole_and_nothing_else_is_left() {
    let folder = Folder::new(&[("a", b"old")]);
    check_writable(&folder.path("a")).unwrap();
    assert_eq!(fs::read(folder.path("a")).unwrap(), b"old");
    write_file(&folder.path("a"), b"new").unwrap();
    assert_eq!(fs::read(folder.path("a")).unwrap(), b"new");
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1);
    for wrong in ["none/a", ""] {
        assert!(
            check_writable(&folder.path(wrong)).is_err() && write_file(&folder.path(wrong), b"x").is_err()
        );
    }
}

/// A rename would put a file in the place of a device. A socket stands for all special files here: no test
/// may aim at a real device.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new(&[]);
    let path = folder.path("socket");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    std::os::unix::fs::symlink("socket", folder.path("link")).unwrap();
    for name in ["socket", "link"] {
        let error = write_file(&folder.path(name), b"x").unwrap_err();
        assert!(
            folder.message(&error).starts_with(&format!("{name}: a folder, a device or a pipe")),
            "{error}"
        );
        assert!(check_writable(&folder.path(name)).is_err());
    }
    assert!(fs::symlink_metadata(&path).unwrap().file_type().is_socket());
    assert!(folder.path("link").is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new(&[("there/a", b"old")]);
    std::os::unix::fs::symlink("there/a", folder.path("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("broken")).unwrap();
    write_file(&folder.path("link"), b"new").unwrap();
    assert!(folder.path("link").is_symlink());
    assert_eq!(fs::read(folder.path("there/a")).unwrap(), b"new");
    assert!(write_file(&folder.path("broken"), b"x").is_err());
}
