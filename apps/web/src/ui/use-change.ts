import { useMutation, useQueryClient } from '@tanstack/react-query'

/**
 * A change by the management API, after which everything on the page is read again. The request and the response are not kept,
 * because both can contain a token.
 *
 * @param onDone called after the page was read again. Without `onDone`, the result is available before that
 */
export function useChange<Result, Values = void>(
  change: (values: Values) => Promise<Result>,
  onDone?: (result: Result) => void,
) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    gcTime: 0,
    async onSuccess(result) {
      const refreshed = queryClient.invalidateQueries()
      if (onDone === undefined) return
      await refreshed
      onDone(result)
    },
  })
}
