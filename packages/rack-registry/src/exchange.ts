import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { Answer } from './answer.ts'
import { causeInWords } from './causes.ts'
import { BodyTooSlow, CallerGone, RackBroken, RackNotPinned, RackUnreachable } from './errors.ts'
import { answerHead } from './headers.ts'
import type { CallSignal, UpstreamAnswer } from './types.ts'

export interface ExchangeOptions {
  readonly rack: string
  readonly signal: CallSignal
  /** The caller's body, where it is a stream: if it breaks off, that is not the rack's fault. */
  readonly body: Readable | null
  /** Told of the bytes of each piece of the answer. */
  readonly passed: (bytes: number) => void
  readonly resolve: (answer: UpstreamAnswer) => void
  readonly reject: (error: Error) => void
}

/** What went wrong has been said already. */
const known = [RackBroken, CallerGone, RackNotPinned, BodyTooSlow]

/** One request on the wire and its answer. undici calls it; nothing here is called twice for one request. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  #controller: Dispatcher.DispatchController | null = null
  #answer: Answer | null = null

  constructor(options: ExchangeOptions) {
    this.#options = options
    options.signal.addEventListener('abort', this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { rack, signal } = this.#options
    const secondTime = this.#controller !== null
    this.#controller = controller
    if (signal.aborted) controller.abort(new CallerGone(rack))
    else if (secondTime) controller.abort(new RackBroken(rack, 'the connection was lost'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = '',
  ): void {
    if (status < 200) return
    const head = answerHead(flatHeaders(controller.rawHeaders, headers))
    this.#answer = new Answer(this.#options.rack, controller, status, statusText, head)
    this.#options.resolve(this.#answer)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#answer?.push(chunk)
    this.#options.passed(chunk.length)
  }

  onResponseEnd(): void {
    this.#forgetSignal()
    this.#answer?.finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#forgetSignal()
    const failure = this.#failure(error)
    if (this.#answer === null) this.#options.reject(failure)
    else this.#answer.break(failure)
  }

  #failure(error: Error): Error {
    const { rack, body, signal } = this.#options
    if (known.some((kind) => error instanceof kind)) return error
    if (signal.aborted || body?.readableAborted) return new CallerGone(rack)
    const cause = causeInWords(error, rack)
    return this.#controller === null ? new RackUnreachable(rack, cause) : new RackBroken(rack, cause)
  }

  /** The signal came. */
  handleEvent(): void {
    this.#forgetSignal()
    const gone = new CallerGone(this.#options.rack)
    // while it waits for a connection there is nothing to cut yet: onRequestStart will
    if (this.#controller === null) this.#options.reject(gone)
    else this.#controller.abort(gone)
  }

  #forgetSignal(): void {
    this.#options.signal.removeEventListener('abort', this)
  }
}

function flatHeaders(
  raw: Dispatcher.DispatchController['rawHeaders'],
  parsed: Record<string, string | string[] | undefined>,
): readonly (string | Buffer)[] {
  if (Array.isArray(raw)) return raw
  return Object.entries(parsed).flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, one]))
}
