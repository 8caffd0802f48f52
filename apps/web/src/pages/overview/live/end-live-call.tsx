import type { LiveCall } from '@rack-gateway/gateway-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { liveCallsQuery } from '../queries/overview-queries.ts'
import { commandOrPath, targetOf } from './live-call-text.ts'

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
    <FormDialog
      title={`End this call of ${call.principal.name}?`}
      submit="End the call"
      kind="danger"
      cancel="Keep it"
      change={ending}
      onSubmit={() => ending.mutate()}
      onClose={onClose}
    >
      <p>
        {call.kind} <VisibleText>{commandOrPath(call)}</VisibleText>, <VisibleText>{targetOf(call)}</VisibleText>. It
        ends within a second.
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
    </FormDialog>
  )
}
