const maxLength = 80

/** The name of a browser in the list of sessions. */
export function browserName(userAgent: string | undefined): string {
  const plain = (userAgent ?? '').replace(/[^A-Za-z0-9 ._/();:,+-]/g, '?').trim()
  return `browser: ${plain === '' ? 'unnamed' : plain.slice(0, maxLength)}`
}
