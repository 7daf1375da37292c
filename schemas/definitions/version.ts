/** io.k8s.apimachinery.pkg.version; the format is described in `parse.ts`. */
export default `
Info
  - major string always required
  - minor string always required
  - emulationMajor string
  - emulationMinor string
  - minCompatibilityMajor string
  - minCompatibilityMinor string
  - gitVersion string always required
  - gitCommit string always required
  - gitTreeState string always required
  - buildDate string always required
  - goVersion string always required
  - compiler string always required
  - platform string always required
`;
