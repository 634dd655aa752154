// What `npm ci` does last. Without it the program runs from its sources, more slowly.
try {
  await import('./bundle.ts')
} catch (error) {
  console.error(`no bundle for a faster start: ${error instanceof Error ? error.message : String(error)}`)
}
