export interface TarFile {
  readonly path: string
  readonly content: Buffer
}

const block = 512

/** The regular files of a ustar archive. Everything after an invalid header is ignored. */
export function readTar(archive: Buffer): TarFile[] {
  const files: TarFile[] = []
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block)
    const size = Number.parseInt(field(header, 124, 12), 8)
    const name = field(header, 0, 100)
    if (name === '' || Number.isNaN(size)) break
    const prefix = field(header, 257, 5) === 'ustar' ? field(header, 345, 155) : ''
    const content = archive.subarray(at + block, at + block + size)
    if (['', '0'].includes(field(header, 156, 1)))
      files.push({ path: prefix === '' ? name : `${prefix}/${name}`, content })
    at += block + Math.ceil(size / block) * block
  }
  return files
}

export function writeTar(files: readonly TarFile[]): Buffer {
  const parts = files.flatMap(({ path, content }) => [header(path, content.length), content, padding(content.length)])
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

function field(header: Buffer, from: number, length: number): string {
  const bytes = header.subarray(from, from + length)
  const end = bytes.indexOf(0)
  return bytes
    .subarray(0, end === -1 ? length : end)
    .toString('utf8')
    .trim()
}

function header(path: string, size: number): Buffer {
  const bytes = Buffer.alloc(block)
  bytes.write(path.slice(-100), 0)
  bytes.write('0100644\x00', 100)
  bytes.write('0000000\x000000000\x00', 108)
  bytes.write(`${size.toString(8).padStart(11, '0')}\x00`, 124)
  bytes.write('00000000000\x00        0', 136)
  bytes.write('ustar\x0000root', 257)
  bytes.write('root', 297)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148)
  return bytes
}

function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}
