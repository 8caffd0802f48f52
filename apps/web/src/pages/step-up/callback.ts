const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1):([1-9][0-9]{0,4})(?:\/[A-Za-z0-9_-]*){0,4}$/

/** @returns the address if it leads to a program on the same machine; null for every other address */
export function readCallback(address: string): string | null {
  const [, port] = loopback.exec(address) ?? []
  return port !== undefined && Number(port) <= 65_535 ? address : null
}

/** The stock CLI reads the result in standard base64. */
export function addressOfResult(callback: string, result: string): string {
  return `${callback}?data=${encodeURIComponent(btoa(result))}`
}
