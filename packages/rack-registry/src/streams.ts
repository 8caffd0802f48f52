/** A stream that lives on after its decision, with what is needed to find it when that decision no longer holds. */
export interface LiveStream {
  readonly principalId: string
  /** The credential's id: a session or a token. */
  readonly credential: string
  readonly rack: string
  readonly app: string | null
  /** Says why and cuts the stream. */
  end(reason: string): void
}

export interface LiveStreams {
  readonly size: number
  /** Returns the function that takes the stream out again: call it when the stream has ended. */
  add(stream: LiveStream): () => void
  /** Ends every stream that matches, and returns how many. One that throws doesn't save the others. */
  endWhere(matches: (stream: LiveStream) => boolean, reason: string): number
}

export function createStreams(onError: (error: unknown, stream: LiveStream) => void = () => {}): LiveStreams {
  const streams = new Set<LiveStream>()
  return {
    get size() {
      return streams.size
    },
    add(stream) {
      streams.add(stream)
      return () => void streams.delete(stream)
    },
    endWhere(matches, reason) {
      const ending = [...streams].filter(matches)
      for (const stream of ending) {
        try {
          stream.end(reason)
        } catch (error) {
          onError(error, stream)
        }
      }
      return ending.length
    },
  }
}
