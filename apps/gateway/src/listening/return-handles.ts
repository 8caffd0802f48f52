/** A process that sends each handle back to its parent, which then has a second handle of the same socket. */
process.on('message', (number: number, handle) => process.send?.(number, handle))
process.on('disconnect', () => process.exit())
