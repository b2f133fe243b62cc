import type { JSX } from 'preact';
import manifest from './assets/manifest.json' with { type: 'json' };

/** Where the network and the scores come from. */
export function Provenance(): JSX.Element {
  const { settings, ood, files, versions } = manifest;
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return (
    <details class="provenance">
      <summary>Where this network comes from</summary>
      <p>
        Trained by <code>{manifest.command}</code>, in full: {settings.trainingDigits.toLocaleString('en')}{' '}
        digits, {settings.classifier.epochs} epochs of the classifier, {settings.confidnet.epochs} of
        ConfidNet, on {manifest.date}. {manifest.errors} errors in {manifest.testDigits.toLocaleString('en')}{' '}
        test digits, accuracy {(100 * manifest.accuracy).toFixed(2)}&nbsp;%. The test digits and the{' '}
        {ood.images.toLocaleString('en')} images of {ood.title} were scored with {settings.passes.measures}{' '}
        passes, T = {settings.odin.temperature} and ε = {settings.odin.epsilon}; of {ood.title} only scores
        are here. {(bytes / 1e6).toFixed(1)} MB together.
      </p>
      <div class="table">
        <table class="numbers hashes">
          <caption>SHA-256</caption>
          <tbody>
            {[
              ...Object.entries(manifest.data).flatMap(([set, hashes]) =>
                Object.entries(hashes).map(([file, sha256]) => [`${set}/${file}`, sha256] as const),
              ),
              ...Object.entries(files).map(([file, { sha256 }]) => [file, sha256] as const),
            ].map(([file, sha256]) => (
              <tr key={file}>
                <th scope="row">{file}</th>
                <td>
                  <code>{sha256}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        {Object.entries(versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')}
      </p>
    </details>
  );
}
