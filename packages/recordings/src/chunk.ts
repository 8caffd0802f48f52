import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Derives keys for one purpose, newest first. @param purpose is never used for anything else */
export type DeriveKeys = (purpose: string) => readonly Buffer[]

/** One chunk that was opened. */
export interface OpenedChunk {
  readonly number: number
  readonly final: boolean
  readonly text: Buffer
}

const magic = Buffer.from('RGRC\x01')
const saltLength = 16
const tagLength = 16
/** Magic and version, flags, number, salt. */
const headerLength = magic.length + 1 + 4 + saltLength
const mostChunks = 0xffff_ffff

/** Seals the chunks of one recording by one process, in their order. */
export class ChunkSealer {
  readonly #recording: string
  readonly #salt = randomBytes(saltLength)
  readonly #key: Buffer
  #next: number

  /** @param from the number of its first chunk */
  constructor(recording: string, derive: DeriveKeys, from = 0) {
    const [newest] = derive(purposeOf(recording, this.#salt))
    if (!newest) throw new Error('a chunk needs a key')
    this.#recording = recording
    this.#key = newest
    this.#next = from
  }

  /** How many chunks there are. */
  get count(): number {
    return this.#next
  }

  /**
   * AES-256-GCM. The key is this process's for this recording and the nonce is the number, so no nonce is used twice.
   * Recording, number and whether it is the last one are authenticated with it.
   */
  seal(text: Buffer, { final }: { readonly final: boolean }): Buffer {
    if (this.#next > mostChunks) throw new Error('a recording has no more than 4,294,967,296 chunks')
    const header = Buffer.concat([magic, Buffer.alloc(5), this.#salt])
    header.writeUInt8(final ? 1 : 0, magic.length)
    header.writeUInt32BE(this.#next, magic.length + 1)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#next))
    cipher.setAAD(authenticated(this.#recording, header))
    const sealed = Buffer.concat([header, cipher.update(text), cipher.final(), cipher.getAuthTag()])
    this.#next += 1
    return sealed
  }
}

/** What a chunk says of itself in the clear. Only its key, or the chain, proves it. */
export interface ChunkHeader {
  readonly number: number
  readonly final: boolean
}

/** Null for what is no chunk. */
export function readChunkHeader(sealed: Buffer): ChunkHeader | null {
  if (sealed.length < headerLength + tagLength || !sealed.subarray(0, magic.length).equals(magic)) return null
  const flags = sealed.readUInt8(magic.length)
  return flags > 1 ? null : { number: sealed.readUInt32BE(magic.length + 1), final: flags === 1 }
}

/** Null for anything that wasn't sealed for this recording by one of the keys. */
export function openChunk(recording: string, derive: DeriveKeys, sealed: Buffer): OpenedChunk | null {
  const said = readChunkHeader(sealed)
  if (said === null) return null
  const header = sealed.subarray(0, headerLength)
  const salt = header.subarray(headerLength - saltLength)
  for (const key of derive(purposeOf(recording, salt))) {
    const text = decrypt(key, nonceOf(said.number), authenticated(recording, header), sealed.subarray(headerLength))
    if (text !== null) return { ...said, text }
  }
  return null
}

function decrypt(key: Buffer, nonce: Buffer, data: Buffer, sealed: Buffer): Buffer | null {
  const end = sealed.length - tagLength
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  decipher.setAAD(data).setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    return null
  }
}

/** Two processes may write to one recording, when one adopts what the other left: they share no key. */
function purposeOf(recording: string, salt: Buffer): string {
  return `rack-gateway/recording/1/${recording}/${salt.toString('hex')}`
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 8)
  return nonce
}

function authenticated(recording: string, header: Buffer): Buffer {
  return Buffer.concat([Buffer.from(recording), header])
}

/** The chain's head before the first chunk. */
export const genesis = Buffer.alloc(32)

/** SHA-256 over the head before it and the chunk as it is stored. */
export function nextHead(head: Buffer, sealed: Buffer): Buffer {
  return createHash('sha256').update(head).update(sealed).digest()
}

/** What the keys of all recordings begin with. */
export const recordingsPrefix = 'recordings/'

/** What the keys of all chunks of a recording, and no others, begin with. */
export function chunkPrefix(recording: string): string {
  return `${recordingsPrefix}${recording}/`
}

/** Where a chunk is kept: in the order of their numbers, also as text. */
export function chunkKey(recording: string, number: number): string {
  return `${chunkPrefix(recording)}${String(number).padStart(10, '0')}`
}

/** Null for a key that is no chunk's of this recording. */
export function chunkNumber(recording: string, key: string): number | null {
  const [, digits] = /\/(\d{10})$/.exec(key) ?? []
  return digits !== undefined && chunkKey(recording, Number(digits)) === key ? Number(digits) : null
}
