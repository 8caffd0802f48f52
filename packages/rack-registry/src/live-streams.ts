/** A websocket or download that must end when its authorization decision no longer applies. */
export interface LiveStream {
  readonly principalId: string
  /** The ID of the session or token. */
  readonly credential: string
  readonly rack: string
  readonly app: string | null
  end(reason: string): void
}

export interface LiveStreams {
  readonly size: number
  /** Returns a function that removes the stream. Call that function when the stream has ended. */
  add(stream: LiveStream): () => void
  /** Ends every matching stream, and returns the number of matching streams. Continues after an `end` that throws. */
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
