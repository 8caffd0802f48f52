/** @param token null: no credential */
export function managementGet(
  path: string,
  url: string,
  token: string | null,
  headers: readonly string[] = [],
): Buffer {
  return headOf(`GET ${path}`, url, token, headers)
}

export function managementPost(path: string, url: string, token: string | null, body: string): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([managementPostHead(path, url, token, bytes.length), bytes])
}

/** @param length the Content-Length */
export function managementPostHead(path: string, url: string, token: string | null, length: number): Buffer {
  return headOf(`POST ${path}`, url, token, ['Content-Type: application/json', `Content-Length: ${length}`])
}

function headOf(start: string, url: string, token: string | null, headers: readonly string[]): Buffer {
  const lines = [
    `${start} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    ...(token === null ? [] : [`Authorization: Bearer ${token}`]),
    ...headers,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
}
