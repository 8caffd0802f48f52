/** The headers of each response of a rack to a caller of the management API, so that a browser never renders it. */
export function managementHeaders(mediaType: string): string[] {
  return ['Content-Type', mediaType, ...fixedHeaders]
}

const fixedHeaders = [
  ['Answered-By', 'rack'],
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; sandbox"],
  ['X-Content-Type-Options', 'nosniff'],
  // Proxies should pass each line of a log on immediately.
  ['X-Accel-Buffering', 'no'],
].flat()
