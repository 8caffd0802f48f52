import { arch, hostname, platform } from 'node:os'

const systems: Readonly<Record<string, string>> = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' }
const maxLength = 60

/** The names by which the user recognizes this machine on the gateway's login page. */
export function thisDevice(name: string = hostname()): { device: string; system: string } {
  return { device: plain(name), system: plain(`${systems[platform()] ?? platform()} ${arch()}`) }
}

function plain(text: string): string {
  const cut = text.replace(/[^A-Za-z0-9 ._/+-]/g, '-').slice(0, maxLength)
  return cut.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '') || 'unnamed'
}
