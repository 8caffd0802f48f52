import type { LiveCall } from '@rack-gateway/gateway-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { announce } from '../../../ui/announce.tsx'
import { Button } from '../../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/fields.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { liveCallsQuery } from '../overview-queries.ts'
import { subjectOf, targetOf } from './live-call-text.ts'
import styles from './live-card.module.css'

interface EndLiveCallProps {
  readonly call: LiveCall
  readonly onClose: () => void
}

/** The participant of a WebSocket sees the reason. For a transfer, the gateway can only close the connection. */
export default function EndLiveCall({ call, onClose }: EndLiveCallProps) {
  const queryClient = useQueryClient()
  const [reason, setReason] = useState('')
  const ending = useMutation({
    mutationFn: () => post('/live-calls/{id}/end', { id: call.id, body: { reason: reason.trim() } }),
    onSuccess() {
      // The gateway process that has the call ends the call within a second. The list does not wait for the end.
      queryClient.setQueryData(
        liveCallsQuery.queryKey,
        (before) =>
          before && {
            ...before,
            pages: before.pages.map((page) => ({ ...page, items: page.items.filter(({ id }) => id !== call.id) })),
          },
      )
      announce(`The call of ${call.principal.name} was ended.`)
      onClose()
    },
  })
  return (
    <Dialog title={`End this call of ${call.principal.name}?`} isOpen onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          ending.mutate()
        }}
      >
        <p>
          {call.kind} <VisibleText>{subjectOf(call)}</VisibleText>, <VisibleText>{targetOf(call)}</VisibleText>. It ends
          within a second.
        </p>
        <TextField
          label="Reason"
          hint={`The audit log records it${call.kind === 'transfer' ? '' : ', and the participant sees it'}.`}
          value={reason}
          onChange={setReason}
          maxLength={200}
          isRequired
          autoFocus
        />
        {ending.error && <Problem error={ending.error} />}
        <DialogButtons>
          <Button onPress={onClose}>Keep it</Button>
          <Button kind="danger" type="submit" isPending={ending.isPending}>
            End the call
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
