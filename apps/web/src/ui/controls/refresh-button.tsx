import { useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { isField, isInDialog } from '../keyboard/key-target.ts'
import { Button } from './button.tsx'

/** @param queryKind the first part of the keys of the queries to refresh */
export function RefreshButton({ queryKind }: { readonly queryKind: string }) {
  const queryClient = useQueryClient()
  const [isRefreshing, setRefreshing] = useState(false)
  const refresh = useCallback(async () => {
    setRefreshing(true)
    await queryClient.refetchQueries({ type: 'active', predicate: ({ queryKey }) => queryKey[0] === queryKind })
    setRefreshing(false)
  }, [queryClient, queryKind])
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const { key, target } = event
      if (key !== 'r' || event.ctrlKey || event.metaKey || event.altKey) return
      if (!event.defaultPrevented && !isField(target) && !isInDialog(target)) void refresh()
    }
    // A listener on the window runs after the listeners on the document. Then `defaultPrevented` says whether one of them
    // used the key.
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [refresh])
  return (
    <Button kind="quiet" isPending={isRefreshing} onPress={() => void refresh()}>
      {!isRefreshing && <RefreshCw aria-hidden />}
      Refresh
    </Button>
  )
}
