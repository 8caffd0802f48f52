import { useRouter } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import { Button } from '../../../ui/controls/button.tsx'
import { CopyButton } from '../../../ui/controls/copy-button.tsx'
import { TextField } from '../../../ui/controls/fields.tsx'
import { CloseButton, Dialog } from '../../../ui/dialogs/dialog.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import type { AuditView } from '../address/use-audit-view.ts'
import { maxNameLength, maxSavedViews, type SavedView, useSavedViews } from './saved-views.ts'
import styles from './view-links.module.css'
import { searchOf } from './view-links.tsx'

interface DialogProps {
  readonly view: AuditView
  readonly onClose: () => void
}

export function SaveViewDialog({ view, onClose }: DialogProps) {
  const { views, save } = useSavedViews()
  const [name, setName] = useState('')
  const [error, setError] = useState<Error | null>(null)
  const trimmed = name.trim()
  function submit() {
    try {
      const { text, search } = view
      save([...views, { name: trimmed, q: text, range: search.range }])
      onClose()
    } catch (failure) {
      setError(failure as Error)
    }
  }
  const isFull = views.length >= maxSavedViews
  return (
    <FormDialog
      title="Save this view"
      submit="Save"
      change={{ isPending: false, error }}
      isDisabled={trimmed === '' || isFull}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label="Name" value={name} onChange={setName} maxLength={maxNameLength} autoFocus />
      <p className="soft">
        {isFull
          ? `This browser keeps ${maxSavedViews} views. Remove one first.`
          : 'Saves the filter and the range in this browser, for you only. The view is a link that you can send to others.'}
      </p>
    </FormDialog>
  )
}

export function SavedViewsDialog({ onClose }: Pick<DialogProps, 'onClose'>) {
  const { views, save } = useSavedViews()
  const [error, setError] = useState('')
  const list = useRef<HTMLUListElement>(null)
  function change(changed: readonly SavedView[]) {
    try {
      save(changed)
    } catch (failure) {
      setError((failure as Error).message)
    }
  }
  return (
    <Dialog title="Saved views" isOpen onClose={onClose}>
      {views.length === 0 && <p>No view is saved.</p>}
      <ul ref={list} tabIndex={-1} className={styles.saved}>
        {views.map((saved, index) => (
          <SavedViewItem
            // Another name leaves the focus in the field, and another list has other items.
            key={`${index} of ${views.length}`}
            saved={saved}
            onRename={(name) => change(views.with(index, { ...saved, name }))}
            onRemove={() => {
              // The button that has the focus is removed, too.
              list.current?.focus()
              change(views.toSpliced(index, 1))
              announce(`The view ${saved.name} was removed.`)
            }}
          />
        ))}
      </ul>
      <p role="alert">{error}</p>
      <CloseButton onClose={onClose} />
    </Dialog>
  )
}

interface SavedViewItemProps {
  readonly saved: SavedView
  readonly onRename: (name: string) => void
  readonly onRemove: () => void
}

function SavedViewItem({ saved, onRename, onRemove }: SavedViewItemProps) {
  const [name, setName] = useState(saved.name)
  const router = useRouter()
  const link = new URL(router.buildLocation({ to: '/audit', search: searchOf(saved) }).href, location.href).href
  function rename() {
    const trimmed = name.trim()
    if (trimmed === '') setName(saved.name)
    else if (trimmed !== saved.name) onRename(trimmed)
  }
  return (
    <li>
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        maxLength={maxNameLength}
        onBlur={rename}
        onKeyDown={({ key }) => key === 'Enter' && rename()}
      />
      <CopyButton text={link} label="Copy the link" what={`The view ${saved.name}`} />
      <Button kind="quiet" aria-label={`Remove ${saved.name}`} onPress={onRemove}>
        <Trash2 aria-hidden />
      </Button>
      <span className={styles.filter}>
        <VisibleText>{saved.q === '' ? 'all events' : saved.q}</VisibleText>
        {saved.range !== undefined && ` (${saved.range})`}
      </span>
    </li>
  )
}
