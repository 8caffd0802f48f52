const browsers = [
  ['Edge', /\bEdg\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chrome', /\b(?:Headless)?Chrom(?:e|ium)?\b(?:\/(\d+))?/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\b/],
] as const

const systems = [
  ['Windows', /Windows/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Macintosh|Mac OS X/],
  ['Android', /Android/],
  ['Linux', /Linux/],
] as const

/**
 * A short name of a session's device, such as `Firefox on Linux`. For a browser, the gateway stores `browser: ` and the start
 * of its User-Agent. For another program, it stores the program's name, which is returned unchanged.
 */
export function deviceName(device: string): string {
  if (!isBrowser(device)) return device
  const browser = browsers.find(([, pattern]) => pattern.test(device))?.[0]
  const system = systems.find(([, pattern]) => pattern.test(device))?.[0]
  if (browser === undefined) return system === undefined ? device : `A browser on ${system}`
  return system === undefined ? browser : `${browser} on ${system}`
}

/** Whether the session of a device is that of a browser, and not of a program such as the CLI. */
export function isBrowser(device: string): boolean {
  return device.startsWith('browser: ')
}
