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
 * Such as `Firefox on Linux`.
 *
 * @param device for a browser, `browser: ` and the start of its User-Agent; for another program, its name
 */
export function deviceName(device: string): string {
  if (!isBrowser(device)) return device
  const browser = browsers.find(([, pattern]) => pattern.test(device))?.[0]
  const system = systems.find(([, pattern]) => pattern.test(device))?.[0]
  if (browser === undefined) return system === undefined ? device : `A browser on ${system}`
  return system === undefined ? browser : `${browser} on ${system}`
}

function isBrowser(device: string): boolean {
  return device.startsWith('browser: ')
}
