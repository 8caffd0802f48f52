import { useBlocker } from '@tanstack/react-router'
import { Button } from '../../../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../../../ui/dialog.tsx'

export function LeaveGuard({ changes }: { readonly changes: number }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => changes > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: changes > 0,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Dialog title="Discard your changes?" isOpen onClose={reset}>
      <p>Your changes to the environment were not sent. If you leave this page, they are lost.</p>
      <DialogButtons>
        <Button onPress={reset}>Stay</Button>
        <Button kind="danger" onPress={proceed}>
          Discard the changes
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
