import { useQueryClient } from '@tanstack/react-query'
import { Button } from '../../../ui/controls/button.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { SlowNotice } from '../../../ui/problems/slow-notice.tsx'

interface RackStateProps {
  readonly rack: string
  readonly call: {
    readonly error: Error | null
    readonly isFetching: boolean
    readonly isPending: boolean
    readonly refetch: () => unknown
  }
  readonly queryKey: readonly unknown[]
}

export function RackState({ rack, call, queryKey }: RackStateProps) {
  const queryClient = useQueryClient()
  const { error, isFetching, isPending, refetch } = call
  if (isFetching) return <SlowNotice rack={rack} onStop={() => void queryClient.cancelQueries({ queryKey })} />
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!isPending) return null
  return (
    <p>
      You stopped waiting for rack {rack}. <Button onPress={() => void refetch()}>Try again</Button>
    </p>
  )
}
