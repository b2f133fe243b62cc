import process from 'node:process';

// A warning of Node (a deprecation, a leak of listeners, an unclosed file handle) is an error of the test that caused it.
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') throw warning;
});
