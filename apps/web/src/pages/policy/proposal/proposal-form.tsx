import { type DragEvent, type FormEvent, type KeyboardEvent, type RefObject, useState } from 'react'
import { FileTrigger } from 'react-aria-components'
import { Button } from '../../../ui/controls/button.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import styles from './proposal-form.module.css'
import { setProposal, useProposal } from './proposal-store.ts'

/** Bytes of a file, or characters of typed text. The gateway rejects a longer document. */
const maxLength = 256 * 1024

interface ProposalFormProps {
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly isChecking: boolean
  readonly onCheck: (document: string) => void
}

export function ProposalForm({ field, isChecking, onCheck }: ProposalFormProps) {
  const text = useProposal()
  const [isDraggedOver, setIsDraggedOver] = useState(false)

  async function read(file: File | null | undefined) {
    if (!file) return
    if (file.size > maxLength) return announce('The file is larger than 256 KiB, the limit for this check.')
    const document = await file.text()
    setProposal(document)
    onCheck(document)
  }

  function drop(event: DragEvent) {
    event.preventDefault()
    setIsDraggedOver(false)
    void read(event.dataTransfer.files[0])
  }

  function submit(event: FormEvent | KeyboardEvent) {
    event.preventDefault()
    if (text.trim() !== '' && !isChecking) onCheck(text)
  }

  return (
    <Card
      title="Proposed document"
      actions={
        <FileTrigger acceptedFileTypes={['.yaml', '.yml']} onSelect={(files) => void read(files?.[0])}>
          <Button>Open a file</Button>
        </FileTrigger>
      }
    >
      <Stack as="form" gap={2} onSubmit={submit}>
        <textarea
          ref={field}
          className={styles.text}
          data-over={isDraggedOver}
          aria-label="Proposed document"
          aria-describedby="proposal-hint"
          rows={14}
          spellCheck={false}
          maxLength={maxLength}
          placeholder={'version: 1\n\nroles:\n  …'}
          value={text}
          onChange={(event) => setProposal(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit(event)}
          onDragOver={(event) => {
            event.preventDefault()
            setIsDraggedOver(true)
          }}
          onDragLeave={() => setIsDraggedOver(false)}
          onDrop={drop}
        />
        <Row justify="between">
          <p id="proposal-hint" className="hint">
            Paste a policy document, or drop its file. Nothing is applied or stored.
          </p>
          <Button kind="primary" type="submit" isPending={isChecking} isDisabled={text.trim() === ''}>
            Check the document
          </Button>
        </Row>
      </Stack>
    </Card>
  )
}
