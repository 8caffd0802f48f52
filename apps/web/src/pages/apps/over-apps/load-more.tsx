import { Button } from '../../../ui/button.tsx'
import { step } from './paced-query.ts'

interface LoadMoreProps {
  /** Such as `racks`. */
  readonly what: string
  readonly asked: number
  readonly total: number
  readonly isLoading: boolean
  readonly onPress: () => void
}

/** Says which racks or apps were left out. */
export function LoadMore({ what, asked, total, isLoading, onPress }: LoadMoreProps) {
  if (asked >= total) return null
  return (
    <p>
      This list has {asked} of {total} {what}.{' '}
      <Button isPending={isLoading} onPress={onPress}>
        Load {Math.min(step, total - asked)} more {what}
      </Button>
    </p>
  )
}
