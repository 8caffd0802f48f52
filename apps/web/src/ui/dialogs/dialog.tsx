import { X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from '../controls/button.tsx'
import { keepFocus } from '../keyboard/keep-focus.ts'
import { Row } from '../layout/row.tsx'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './dialog.module.css'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  /** `false`: the person cannot close the dialog without an action in it, such as while a secret is shown. */
  readonly isDismissable?: boolean
  readonly width?: 'normal' | 'wide'
  readonly children: ReactNode
}

export function Dialog({ title, isOpen, onClose, isDismissable = true, width = 'normal', children }: DialogProps) {
  // The control that opened the dialog can be gone, such as with its row.
  useEffect(() => () => keepFocus(nearestArea), [])
  return (
    <ModalOverlay
      className={styles.overlay ?? ''}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={isDismissable}
      isKeyboardDismissDisabled={!isDismissable}
    >
      <Modal className={`${styles.modal} ${styles[width]}`}>
        <AriaDialog className={styles.dialog ?? ''}>
          <header className={styles.header}>
            <Heading slot="title" level={2}>
              <VisibleText>{title}</VisibleText>
            </Heading>
            {isDismissable && (
              <Button kind="quiet" aria-label="Close" onPress={onClose}>
                <X aria-hidden />
              </Button>
            )}
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

/** The heading of the open item, the filter of the list, or the page. */
function nearestArea(): HTMLElement | null {
  const main = document.querySelector('main')
  return (
    main?.querySelector<HTMLElement>('h2[tabindex="-1"]') ??
    main?.querySelector<HTMLElement>('input[type=search]') ??
    main
  )
}

/** The buttons at the end of a dialog or a form. */
export function DialogButtons({ children }: { readonly children: ReactNode }) {
  return <Row justify="end">{children}</Row>
}

/** For a dialog that only shows something. */
export function CloseButton({ isDisabled = false, onClose }: { isDisabled?: boolean; onClose: () => void }) {
  return (
    <DialogButtons>
      <Button kind="primary" isDisabled={isDisabled} onPress={onClose}>
        Close
      </Button>
    </DialogButtons>
  )
}
