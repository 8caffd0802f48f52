import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { ApiError } from '../../../api/errors/api-error.ts'

interface Question<Values> {
  readonly values: Values
  readonly signal: AbortSignal
  /** Whether this question aborted an older question. */
  readonly isReplacement: boolean
}

/**
 * Milliseconds between two attempts. The gateway limits concurrent questions, and counts an aborted question until it
 * notices the abort.
 */
const pause = 500
const maxAttempts = 10

/**
 * A newer question aborts the older question, so that an older result never replaces a newer result.
 *
 * @param onResult not called if a newer question was asked, or if the person left the page
 */
export function useNewestResult<Values, Result>(
  ask: (values: Values, signal: AbortSignal) => Promise<Result>,
  onResult: (result: Result) => void = () => {},
) {
  const newest = useRef<AbortController | null>(null)
  useEffect(() => () => newest.current?.abort(), [])
  const { mutate, variables, data, error, isPending } = useMutation({
    mutationFn: ({ values, signal, isReplacement }: Question<Values>) =>
      untilAccepted(() => ask(values, signal), { signal, attempts: isReplacement ? maxAttempts : 1 }),
    onSuccess(result, { signal }) {
      if (!signal.aborted) onResult(result)
    },
    onSettled(_result, _error, { signal }) {
      if (newest.current?.signal === signal) newest.current = null
    },
  })
  return {
    ask(values: Values) {
      const isReplacement = newest.current !== null
      newest.current?.abort()
      const controller = new AbortController()
      newest.current = controller
      mutate({ values, signal: controller.signal, isReplacement })
    },
    askedValues: variables?.values,
    result: data,
    error,
    isPending,
  }
}

async function untilAccepted<Result>(
  ask: () => Promise<Result>,
  { signal, attempts }: { readonly signal: AbortSignal; readonly attempts: number },
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const isBusy = error instanceof ApiError && error.status === 429
      if (!isBusy || attempt >= attempts || signal.aborted) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
      signal.throwIfAborted()
    }
  }
}
