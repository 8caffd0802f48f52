const longest = 80

/** What the list of sessions calls a browser, from what it says of itself: plain text, whatever was sent. */
export function deviceOf(userAgent: string | undefined): string {
  const plain = (userAgent ?? '').replace(/[^A-Za-z0-9 ._/();:,+-]/g, '?').trim()
  return `browser: ${plain === '' ? 'unnamed' : plain.slice(0, longest)}`
}
