import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Autocomplete, Input, ListBox, ListBoxItem, SearchField, useFilter } from 'react-aria-components'
import { useMe } from '../api/queries.ts'
import { loadedApps } from '../api/rack-data/loaded-apps.ts'
import { Dialog } from '../ui/dialogs/dialog.tsx'
import { VisibleText } from '../ui/text/visible-text.tsx'
import styles from './command-palette.module.css'
import { commandsFor } from './commands.ts'

export default function CommandPalette({ onClose }: { readonly onClose: () => void }) {
  const me = useMe()
  const navigate = useNavigate()
  const { contains } = useFilter({ sensitivity: 'base' })
  const [text, setText] = useState('')
  const apps = loadedApps(useQueryClient())
  const commands = commandsFor(me, text.trim(), (to, search = {}) => void navigate({ to, search }), apps)
  return (
    <Dialog title="Find or run" isOpen onClose={onClose}>
      <Autocomplete
        inputValue={text}
        onInputChange={setText}
        filter={(label, typed) => label.startsWith('→') || typed.split(/\s+/).every((word) => contains(label, word))}
      >
        <SearchField aria-label="Find or run" autoFocus>
          <Input className={styles.input ?? ''} placeholder="A page, an action, an event ID, an email address" />
        </SearchField>
        <ListBox
          aria-label="Results"
          className={styles.list ?? ''}
          items={commands}
          onAction={(id) => {
            onClose()
            commands.find((command) => command.id === id)?.run()
          }}
          renderEmptyState={() => <p className="soft">No results.</p>}
        >
          {({ id, label, shortcut }) => (
            <ListBoxItem id={id} textValue={label} className={styles.item ?? ''}>
              <VisibleText>{label}</VisibleText>
              {shortcut !== undefined && <kbd>{shortcut}</kbd>}
            </ListBoxItem>
          )}
        </ListBox>
      </Autocomplete>
    </Dialog>
  )
}
