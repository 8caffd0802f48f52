import { useMutation, useQueryClient } from '@tanstack/react-query'

/**
 * The mutation cache does not keep the request and the response, because both can contain a token.
 *
 * @param onDone called after all queries of the page were read again. Without `onDone`, the result is available at once
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
