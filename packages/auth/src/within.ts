import { LookUpTooSlow } from './errors.ts'

/** What `work` brings, or LookUpTooSlow once `milliseconds` have passed; what comes later is dropped. */
export function within<T>(milliseconds: number, work: PromiseLike<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new LookUpTooSlow(milliseconds)), milliseconds)
    work.then(resolve, reject).then(() => clearTimeout(timer))
  })
}
