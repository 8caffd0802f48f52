import { type CipherGCM, createCipheriv, createDecipheriv, createHash, type Hash, randomBytes } from 'node:crypto'
import { GrowingBytes } from './growing-bytes.ts'
import { freeBuffer } from './large-buffers.ts'

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

/** Bytes that a chunk of ordinary text comes to at most: 512 KiB, a quarter more for what is escaped. */
const usualChunk = 640 * 1024

/** The chain's head before the first chunk. */
export const genesis = Buffer.alloc(32)

/** Seals the chunks of one recording by one process, in their order. */
export class ChunkSealer {
  readonly #recording: string
  readonly #salt = randomBytes(saltLength)
  readonly #key: Buffer
  #next: number
  #head: Buffer = genesis

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

  /** The chain's head after them. */
  get head(): Buffer {
    return this.#head
  }

  /**
   * Begins the next chunk. Each one is ended before the next begins.
   *
   * AES-256-GCM. The key is this process's for this recording and the nonce is the number, so no nonce is used twice.
   * Recording, number and whether it is the last one are authenticated with it.
   */
  begin({ final }: { readonly final: boolean }): OpenChunk {
    if (this.#next > mostChunks) throw new Error('a recording has no more than 4,294,967,296 chunks')
    const header = Buffer.concat([magic, Buffer.alloc(5), this.#salt])
    header.writeUInt8(final ? 1 : 0, magic.length)
    header.writeUInt32BE(this.#next, magic.length + 1)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#next))
    cipher.setAAD(authenticated(this.#recording, header))
    this.#next += 1
    return new OpenChunk(header, cipher, this.#head, (head) => {
      this.#head = head
    })
  }

  /** A whole chunk at once. */
  seal(text: Buffer, how: { readonly final: boolean }): Buffer {
    const chunk = this.begin(how)
    chunk.add(text)
    return chunk.end()
  }
}

/** A chunk that is being made: what is added is sealed at once, while it is near the processor, and a part of the chain. */
export class OpenChunk {
  readonly #cipher: CipherGCM
  readonly #hash: Hash
  readonly #sealed = new GrowingBytes(usualChunk)
  readonly #onEnd: (head: Buffer) => void

  constructor(header: Buffer, cipher: CipherGCM, head: Buffer, onEnd: (head: Buffer) => void) {
    this.#cipher = cipher
    this.#hash = createHash('sha256').update(head)
    this.#onEnd = onEnd
    this.#put(header)
  }

  /** Keeps no reference to it. */
  add(text: Buffer): void {
    if (text.length === 0) return
    const sealed = this.#cipher.update(text)
    this.#put(sealed)
    // A memory of its own each time, which is a copy now.
    freeBuffer(sealed)
  }

  /** @returns the chunk as it is stored: memory that `giveBuffer` takes back when nobody needs it any more */
  end(): Buffer {
    this.#put(this.#cipher.final())
    this.#put(this.#cipher.getAuthTag())
    this.#onEnd(this.#hash.digest())
    return this.#sealed.keep()
  }

  #put(bytes: Buffer): void {
    this.#hash.update(bytes)
    this.#sealed.append(bytes)
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
