/** Milliseconds for one document, and the bytes that it may have. */
const deadline = 5_000
const largest = 256 * 1024

/** Fetches a JSON document, whatever type it says it has. Follows no redirect, and reads no more than it may have. */
export async function fetchJson(url: string, signal = AbortSignal.timeout(deadline)): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
  try {
    if (answer.status !== 200) throw new Error(`it answered with status ${answer.status}`)
    return JSON.parse(await boundedText(answer))
  } finally {
    await answer.body?.cancel().catch(() => undefined)
  }
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength
    if (size > largest) throw new Error(`its answer is larger than ${largest} bytes`)
    chunks.push(read.value)
  }
  reader?.releaseLock()
  return Buffer.concat(chunks).toString('utf8')
}
