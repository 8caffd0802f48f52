/** Whether a text can be a token: printable ASCII without spaces. Node's error for another header value quotes the value. */
export function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
