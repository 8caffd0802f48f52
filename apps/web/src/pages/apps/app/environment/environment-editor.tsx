import { isVariableName } from '@rack-gateway/convox-api/environment'
import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '../../../../api/rack-data/allowed.ts'
import type { Release } from '../../../../api/rack-data/readers.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { TextField } from '../../../../ui/controls/fields.tsx'
import { Dialog, DialogButtons } from '../../../../ui/dialogs/dialog.tsx'
import { Card } from '../../../../ui/layout/card.tsx'
import { useApp } from '../address/use-app.ts'
import { ItemLink } from '../items/item-link.tsx'
import { environmentDifference } from '../variables/env-difference.ts'
import { applyEdits, readVariables } from '../variables/env-text.ts'
import styles from './add-variable.module.css'
import { ReviewDialog } from './review-dialog.tsx'
import type { Draft } from './use-draft.ts'
import { ValueField } from './value-field.tsx'
import { useVariablePermissions } from './variable-permissions.ts'
import { VariableTable } from './variable-table.tsx'

interface EnvironmentEditorProps {
  readonly release: Release
  /** The ID of the running release; empty if no release runs. */
  readonly runningId: string
  readonly draft: Draft
}

export function EnvironmentEditor({ release, runningId, draft }: EnvironmentEditorProps) {
  const { rack, app } = useApp()
  const canEdit = useAllowed(rack, app)('POST /apps/{app}/releases')
  const { edits, isReviewing, setReviewing, createdId } = draft
  const changes = environmentDifference(release.env, applyEdits(release.env, edits)).length
  return (
    <Card
      title="Variables"
      actions={
        canEdit && (
          <Button kind="primary" isDisabled={changes === 0} onPress={() => setReviewing(true)}>
            {changes === 0 ? 'Review changes' : `Review changes (${changes})`}
          </Button>
        )
      }
    >
      {createdId !== null && (
        <p role="status">
          The release <ItemLink tab="releases" id={createdId} /> has your changes. It does not run yet: open it to
          compare it with the running release, and to promote it.
        </p>
      )}
      <VariableTable release={release} variables={readVariables(release.env)} canEdit={canEdit} draft={draft} />
      {canEdit && <AddVariable env={release.env} draft={draft} />}
      {isReviewing && <ReviewDialog release={release} runningId={runningId} draft={draft} />}
      <LeaveGuard changes={changes} />
    </Card>
  )
}

function LeaveGuard({ changes }: { readonly changes: number }) {
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

interface AddVariableProps {
  readonly env: string
  readonly draft: Draft
}

/** Adds the variable only to the draft. */
function AddVariable({ env, draft: { edits, edit } }: AddVariableProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const { protectedBy } = useVariablePermissions()
  const fault = key === '' ? '' : faultOf(key)

  function faultOf(name: string): string {
    if (!isVariableName(name))
      return 'A key can contain only letters, digits, and _ . -, and must begin with a letter or _.'
    const source = protectedBy(name)
    if (source !== null) return `The policy protects ${name} (${source}). Ask the platform team.`
    if (edits.has(name) || readVariables(env).some((variable) => variable.key === name))
      return `${name} is in the list already. Edit it there.`
    return ''
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (key === '' || fault !== '') return
        edit(key, value)
        setKey('')
        setValue('')
      }}
    >
      <TextField aria-label="New key" placeholder="NEW_KEY" mono value={key} onChange={setKey} error={fault} />
      <ValueField aria-label="Its value" placeholder="Value" value={value} onChange={setValue} />
      <Button type="submit">Add</Button>
    </form>
  )
}
