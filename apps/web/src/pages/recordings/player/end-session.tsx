import type { Recording } from '@rack-gateway/gateway-api'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { can } from '../../../api/can.ts'
import { post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { announce } from '../../../ui/announce.tsx'
import { Button } from '../../../ui/button.tsx'
import { Actions, Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/fields.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import styles from './end-session.module.css'

/** Ends a session that runs, for people who are permitted to, with a reason that its participant reads. */
export function EndSession({ recording }: { readonly recording: Recording }) {
  const me = useMe()
  const { dialog } = useSearch({ from: '/recordings/$recording' })
  const navigate = useNavigate()
  const setDialog = (shown: 'end' | undefined) =>
    void navigate({
      to: '/recordings/$recording',
      params: { recording: recording.id },
      search: ({ dialog: _, ...before }) => ({ ...before, ...(shown && { dialog: shown }) }),
    })
  if (recording.endedAt !== null || !can(me, 'gateway:recording:end')) return null
  return (
    <>
      <Button kind="danger" onPress={() => setDialog('end')}>
        End the session
      </Button>
      {dialog === 'end' && <EndDialog recording={recording} onClose={() => setDialog(undefined)} />}
    </>
  )
}

function EndDialog({ recording, onClose }: { readonly recording: Recording; readonly onClose: () => void }) {
  const { id, principal } = recording
  const [reason, setReason] = useState('')
  const queryClient = useQueryClient()
  const end = useMutation({
    mutationFn: () => post('/recordings/{id}/end', { id, body: { reason: reason.trim() } }),
    async onSuccess() {
      announce('The gateway is ending the session.')
      await queryClient.invalidateQueries({ queryKey: ['recordings'] })
      onClose()
    },
  })
  function submit(event: FormEvent) {
    event.preventDefault()
    end.mutate()
  }
  return (
    <Dialog title={`End the session of ${principal.name}?`} isOpen onClose={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p>
          Within a second, the session is closed for <VisibleText>{principal.name}</VisibleText>. What runs in it gets
          no more input.
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
        {end.error && <Problem error={end.error} />}
        <Actions>
          <Button onPress={onClose}>Keep it</Button>
          <Button kind="danger" type="submit" isPending={end.isPending}>
            End the session
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
