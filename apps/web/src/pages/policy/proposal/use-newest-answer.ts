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
 * A newer question aborts the older question, so that an older answer never replaces a newer answer.
 *
 * @param onAnswer not called if a newer question was asked, or if the person left the page
 */
export function useNewestAnswer<Values, Answer>(
  ask: (values: Values, signal: AbortSignal) => Promise<Answer>,
  onAnswer: (answer: Answer) => void,
) {
  const newest = useRef<AbortController | null>(null)
  useEffect(() => () => newest.current?.abort(), [])
  const { mutate, variables, data, error, isPending } = useMutation({
    mutationFn: ({ values, signal, isReplacement }: Question<Values>) =>
      untilAccepted(() => ask(values, signal), { signal, attempts: isReplacement ? maxAttempts : 1 }),
    onSuccess(answer, { signal }) {
      if (!signal.aborted) onAnswer(answer)
    },
    onSettled(_answer, _error, { signal }) {
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
    answer: data,
    error,
    isPending,
  }
}

async function untilAccepted<Answer>(
  ask: () => Promise<Answer>,
  { signal, attempts }: { readonly signal: AbortSignal; readonly attempts: number },
): Promise<Answer> {
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
