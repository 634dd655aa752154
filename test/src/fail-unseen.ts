// For mocha's `require`: a rejection that nobody handles fails the test during which it happens. Mocha 12 only passes it on.
process.on('unhandledRejection', (reason) => {
  // A Pons under test looks after the failures of its adapters itself.
  if (process.listenerCount('unhandledRejection') === 1) throw reason
})
