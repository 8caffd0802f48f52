import type { Recording } from '@rack-gateway/gateway-api'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { can } from '../../../api/can.ts'
import { post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { usePageSearch } from '../../../ui/navigation/page-search.ts'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import type { PlayerSearch } from './player-search.ts'

export function EndSession({ recording }: { readonly recording: Recording }) {
  const me = useMe()
  const { search, openDialog, closeDialog } = usePageSearch<PlayerSearch>()
  if (!can(me, 'gateway:recording:end')) return null
  return (
    <>
      <Button kind="danger" onPress={() => openDialog('end')}>
        End the session
      </Button>
      {search.dialog === 'end' && <EndDialog recording={recording} onClose={closeDialog} />}
    </>
  )
}

function EndDialog({ recording, onClose }: { readonly recording: Recording; readonly onClose: () => void }) {
  const { id, principal } = recording
  const [reason, setReason] = useState('')
  const end = useMutation({
    mutationFn: () => post('/recordings/{id}/end', { id, body: { reason: reason.trim() } }),
    onSuccess() {
      announce('The gateway is ending the session.')
      onClose()
    },
  })
  return (
    <FormDialog
      title={`End the session of ${principal.name}?`}
      submit="End the session"
      kind="danger"
      cancel="Keep it"
      change={end}
      isDisabled={reason.trim() === ''}
      onSubmit={() => end.mutate()}
      onClose={onClose}
    >
      <p>
        Within a second, the session is closed for <VisibleText>{principal.name}</VisibleText>. The processes of the app
        keep running.
      </p>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        maxLength={200}
        isRequired
        autoFocus
        hint="The terminal of the person shows it with your name, and the audit log records it."
      />
    </FormDialog>
  )
}
