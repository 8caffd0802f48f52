import { findProgram, mustHavePrograms } from '@rack-gateway/testing/installed-programs'

/** Whether the tests of containers run here. As root on Debian, they run always, and fail if a program is missing. */
export function canRunContainers(): boolean {
  if (mustHavePrograms) return true
  const programs = ['buildah', 'podman', 'podman-compose', 'runc', 'debootstrap', 'apt-get', 'unshare', 'nsenter', 'ip']
  return process.getuid?.() === 0 && programs.every((name) => findProgram(name) !== null)
}
