import { Button } from '../../../ui/controls/button.tsx'
import { loadStep } from './limited-rack-query.ts'

interface LoadMoreProps {
  /** Such as `racks`. */
  readonly what: string
  readonly loadedCount: number
  readonly total: number
  readonly isLoading: boolean
  readonly onPress: () => void
}

export function LoadMore({ what, loadedCount, total, isLoading, onPress }: LoadMoreProps) {
  if (loadedCount >= total) return null
  return (
    <p>
      This list has {loadedCount} of {total} {what}.{' '}
      <Button isPending={isLoading} onPress={onPress}>
        Load {Math.min(loadStep, total - loadedCount)} more {what}
      </Button>
    </p>
  )
}
