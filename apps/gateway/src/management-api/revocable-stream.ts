import { type Watch, watchCaller } from './audit/watched.ts'
import type { OwnCall } from './call.ts'
import type { StreamedAnswer } from './streamed-response.ts'

interface WatchedBody extends Omit<StreamedAnswer, 'release'> {
  /** Called once, too, when nobody takes the body any more. */
  readonly end?: () => void
}

interface WatchedKind {
  /** Takes one of the places that there are for answers of its kind. @returns the function that gives it back */
  readonly take?: () => () => void
  /** Milliseconds from the moment when its caller may no longer read it until it is cut: for its last words. */
  readonly farewell?: number
}

/** An answer that is written while it is read, for as long as its caller may read it, takes it, and the gateway runs. */
export async function watchedAnswer(
  call: OwnCall,
  { take = noPlace, farewell = 0 }: WatchedKind,
  begin: (watch: Watch) => Promise<WatchedBody>,
): Promise<StreamedAnswer> {
  const giveBack = take()
  const watch = watchCaller({ ...call, permitted: call.again })
  function release(): void {
    watch.stop()
    giveBack()
  }
  try {
    const { end, ...answer } = await begin(watch)
    function cut(): void {
      if (farewell === 0) answer.body.destroy()
      else setTimeout(() => answer.body.destroy(), farewell).unref()
    }
    if (watch.signal.aborted) cut()
    else watch.signal.addEventListener('abort', cut)
    return {
      ...answer,
      release() {
        release()
        end?.()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

function noPlace(): () => void {
  return () => undefined
}
