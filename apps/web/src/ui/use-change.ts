import { useMutation, useQueryClient } from '@tanstack/react-query'

/**
 * A change by the management API, after which everything on the page is read again. What was sent and answered is not kept,
 * because both can contain a token.
 *
 * @param onDone called when the page shows the change. Without it, the result is available earlier
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
