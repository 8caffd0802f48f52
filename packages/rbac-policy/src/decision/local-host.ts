import { BlockList, isIP } from 'node:net'

/** Loopback and unspecified addresses, and the addresses of cloud metadata services (link-local, and fd00:ec2::254). */
const local = new BlockList()
local.addSubnet('0.0.0.0', 8, 'ipv4')
local.addSubnet('127.0.0.0', 8, 'ipv4')
local.addSubnet('169.254.0.0', 16, 'ipv4')
local.addSubnet('::', 127, 'ipv6')
local.addSubnet('fe80::', 10, 'ipv6')
local.addSubnet('fd00:ec2::254', 128, 'ipv6')

/** Whether a host is `localhost` or an address in `local`, in any spelling that resolvers accept. Resolves no names. */
export function isLocalHost(host: string): boolean {
  const name = withoutTrailingDots(host.toLowerCase())
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  const address = addressOf(name)
  return address !== null && local.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Without the lookbehind, a name with many dots would take quadratic time. */
export function withoutTrailingDots(name: string): string {
  return name.replace(/(?<!\.)\.+$/, '')
}

/** Normalizes spellings such as `127.1`, `0x7f000001`, and `2130706433` with the URL parser. */
function addressOf(name: string): string | null {
  const [plain = ''] = name.replace(/^\[|\]$/g, '').split('%', 1)
  const url = `http://${isIP(plain) === 6 ? `[${plain}]` : plain}/`
  const address = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : ''
  return isIP(address) === 0 ? null : address
}
