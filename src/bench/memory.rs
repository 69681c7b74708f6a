//! How much memory the process has used at most, where the system says so (Linux).

/// Forgets the peak so far, as far as the system can.
pub fn reset_peak() {
    // Not everybody may, and nothing depends on it but a figure that is then too high.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The peak, in bytes.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
