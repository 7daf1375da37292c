/** io.k8s.api.core.v1; the format is described in `parse.ts`. */
export default `
AWSElasticBlockStoreVolumeSource
  1 volumeID string always required
  2 fsType string
  3 partition int32
  4 readOnly bool
Affinity
  1 nodeAffinity NodeAffinity pointer
  2 podAffinity PodAffinity pointer
  3 podAntiAffinity PodAntiAffinity pointer
AppArmorProfile union=type(localhostProfile)
  1 type string always required go=v1.AppArmorProfileType enum=Unconfined|RuntimeDefault|Localhost
  2 localhostProfile string pointer
AttachedVolume
  1 name string always required go=v1.UniqueVolumeName
  2 devicePath string always required
AzureDiskVolumeSource
  1 diskName string always required
  2 diskURI string always required
  3 cachingMode string pointer go=v1.AzureDataDiskCachingMode default="ReadWrite" enum=None|ReadOnly|ReadWrite
  4 fsType string pointer default="ext4"
  5 readOnly bool pointer default=false
  6 kind string pointer go=v1.AzureDataDiskKind default="Shared" enum=Shared|Dedicated|Managed
AzureFilePersistentVolumeSource
  1 secretName string always required
  2 shareName string always required
  3 readOnly bool
  4 secretNamespace string pointer-always
AzureFileVolumeSource
  1 secretName string always required
  2 shareName string always required
  3 readOnly bool
Binding kind
  1 metadata meta.ObjectMeta
  2 target ObjectReference always required
CSIPersistentVolumeSource
  1 driver string always required
  2 volumeHandle string always required
  3 readOnly bool
  4 fsType string
  5 volumeAttributes {}string
  6 controllerPublishSecretRef SecretReference pointer
  7 nodeStageSecretRef SecretReference pointer
  8 nodePublishSecretRef SecretReference pointer
  9 controllerExpandSecretRef SecretReference pointer
  10 nodeExpandSecretRef SecretReference pointer
CSIVolumeSource
  1 driver string always required
  2 readOnly bool pointer
  3 fsType string pointer
  4 volumeAttributes {}string
  5 nodePublishSecretRef LocalObjectReference pointer
Capabilities
  1 add []string list=atomic go=[]v1.Capability
  2 drop []string list=atomic go=[]v1.Capability
CephFSPersistentVolumeSource
  1 monitors []string always required list=atomic
  2 path string
  3 user string
  4 secretFile string
  5 secretRef SecretReference pointer
  6 readOnly bool
CephFSVolumeSource
  1 monitors []string always required list=atomic
  2 path string
  3 user string
  4 secretFile string
  5 secretRef LocalObjectReference pointer
  6 readOnly bool
CinderPersistentVolumeSource
  1 volumeID string always required
  2 fsType string
  3 readOnly bool
  4 secretRef SecretReference pointer
CinderVolumeSource
  1 volumeID string always required
  2 fsType string
  3 readOnly bool
  4 secretRef LocalObjectReference pointer
ClientIPConfig
  1 timeoutSeconds int32 pointer
ClusterTrustBundleProjection
  1 name string pointer
  2 signerName string pointer
  3 labelSelector meta.LabelSelector pointer
  5 optional bool pointer
  4 path string always required
ComponentCondition
  1 type string always required go=v1.ComponentConditionType values=Healthy
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 message string
  4 error string
ComponentStatus kind
  1 metadata meta.ObjectMeta
  2 conditions []ComponentCondition list=map(type) patch=merge(type)
ComponentStatusList kind
  1 metadata meta.ListMeta
  2 items []ComponentStatus always required
ConfigMap kind
  1 metadata meta.ObjectMeta
  4 immutable bool pointer
  2 data {}string
  3 binaryData {}bytes
ConfigMapEnvSource
  1 ...LocalObjectReference
  2 optional bool pointer
ConfigMapKeySelector atomic
  1 ...LocalObjectReference
  2 key string always required
  3 optional bool pointer
ConfigMapList kind
  1 metadata meta.ListMeta
  2 items []ConfigMap always required
ConfigMapNodeConfigSource
  1 namespace string always required
  2 name string always required
  3 uid string go=types.UID
  4 resourceVersion string
  5 kubeletConfigKey string always required
ConfigMapProjection
  1 ...LocalObjectReference
  2 items []KeyToPath list=atomic
  4 optional bool pointer
ConfigMapVolumeSource
  1 ...LocalObjectReference
  2 items []KeyToPath list=atomic
  3 defaultMode int32 pointer
  4 optional bool pointer
Container
  1 name string always required
  2 image string
  3 command []string list=atomic
  4 args []string list=atomic
  5 workingDir string
  6 ports []ContainerPort list=map(containerPort,protocol) patch=merge(containerPort)
  19 envFrom []EnvFromSource list=atomic
  7 env []EnvVar list=map(name) patch=merge(name)
  8 resources ResourceRequirements
  23 resizePolicy []ContainerResizePolicy list=atomic
  24 restartPolicy string pointer go=v1.ContainerRestartPolicy values=Always|Never|OnFailure
  25 restartPolicyRules []ContainerRestartRule list=atomic
  9 volumeMounts []VolumeMount list=map(mountPath) patch=merge(mountPath)
  21 volumeDevices []VolumeDevice list=map(devicePath) patch=merge(devicePath)
  10 livenessProbe Probe pointer
  11 readinessProbe Probe pointer
  22 startupProbe Probe pointer
  12 lifecycle Lifecycle pointer
  13 terminationMessagePath string
  20 terminationMessagePolicy string go=v1.TerminationMessagePolicy enum=File|FallbackToLogsOnError
  14 imagePullPolicy string go=v1.PullPolicy enum=Always|Never|IfNotPresent
  15 securityContext SecurityContext pointer
  16 stdin bool
  17 stdinOnce bool
  18 tty bool
ContainerExtendedResourceRequest
  1 containerName string always required
  2 resourceName string always required
  3 requestName string always required
ContainerImage
  1 names []string always list=atomic
  2 sizeBytes int64
ContainerPort
  1 name string
  2 hostPort int32
  3 containerPort int32 always required
  4 protocol string go=v1.Protocol default="TCP" enum=TCP|UDP|SCTP
  5 hostIP string
ContainerResizePolicy
  1 resourceName string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 restartPolicy string always required go=v1.ResourceResizeRestartPolicy values=NotRequired|RestartContainer
ContainerRestartRule
  1 action string required go=v1.ContainerRestartRuleAction values=Restart|RestartAllContainers
  2 exitCodes ContainerRestartRuleOnExitCodes pointer
ContainerRestartRuleOnExitCodes
  1 operator string required go=v1.ContainerRestartRuleOnExitCodesOperator values=In|NotIn
  2 values []int32 list=set
ContainerState
  1 waiting ContainerStateWaiting pointer
  2 running ContainerStateRunning pointer
  3 terminated ContainerStateTerminated pointer
ContainerStateRunning
  1 startedAt Time
ContainerStateTerminated
  1 exitCode int32 always required
  2 signal int32
  3 reason string
  4 message string
  5 startedAt Time
  6 finishedAt Time
  7 containerID string
ContainerStateWaiting
  1 reason string
  2 message string
ContainerStatus
  1 name string always required
  2 state ContainerState
  3 lastState ContainerState
  4 ready bool always required
  5 restartCount int32 always required
  6 image string always required
  7 imageID string always required
  8 containerID string
  9 started bool pointer
  10 allocatedResources {}Quantity go=v1.ResourceList
  11 resources ResourceRequirements pointer
  12 volumeMounts []VolumeMountStatus list=map(mountPath) patch=merge(mountPath)
  13 user ContainerUser pointer
  14 allocatedResourcesStatus []ResourceStatus list=map(name) patch=merge(name)
  15 stopSignal string pointer go=v1.Signal enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMAX-14|SIGRTMAX-13|SIGRTMAX-12|SIGRTMAX-11|SIGRTMAX-10|SIGRTMAX-9|SIGRTMAX-8|SIGRTMAX-7|SIGRTMAX-6|SIGRTMAX-5|SIGRTMAX-4|SIGRTMAX-3|SIGRTMAX-2|SIGRTMAX-1|SIGRTMAX
ContainerUser
  1 linux LinuxContainerUser pointer
DaemonEndpoint
  1 Port int32 always required
DownwardAPIProjection
  1 items []DownwardAPIVolumeFile list=atomic
DownwardAPIVolumeFile
  1 path string always required
  2 fieldRef ObjectFieldSelector pointer
  3 resourceFieldRef ResourceFieldSelector pointer
  4 mode int32 pointer
DownwardAPIVolumeSource
  1 items []DownwardAPIVolumeFile list=atomic
  2 defaultMode int32 pointer
EmptyDirVolumeSource
  1 medium string go=v1.StorageMedium values=|Memory|HugePages|HugePages-
  2 sizeLimit Quantity pointer
EndpointAddress atomic
  1 ip string always required
  3 hostname string
  4 nodeName string pointer
  2 targetRef ObjectReference pointer
EndpointPort atomic
  1 name string
  2 port int32 always required
  3 protocol string go=v1.Protocol enum=TCP|UDP|SCTP
  4 appProtocol string pointer
EndpointSubset
  1 addresses []EndpointAddress list=atomic
  2 notReadyAddresses []EndpointAddress list=atomic
  3 ports []EndpointPort list=atomic
Endpoints kind
  1 metadata meta.ObjectMeta
  2 subsets []EndpointSubset list=atomic
EndpointsList kind
  1 metadata meta.ListMeta
  2 items []Endpoints always required
EnvFromSource
  1 prefix string
  2 configMapRef ConfigMapEnvSource pointer
  3 secretRef SecretEnvSource pointer
EnvVar
  1 name string always required
  2 value string
  3 valueFrom EnvVarSource pointer
EnvVarSource
  1 fieldRef ObjectFieldSelector pointer
  2 resourceFieldRef ResourceFieldSelector pointer
  3 configMapKeyRef ConfigMapKeySelector pointer
  4 secretKeyRef SecretKeySelector pointer
  5 fileKeyRef FileKeySelector pointer
EphemeralContainer
  1 ...EphemeralContainerCommon
  2 targetContainerName string
EphemeralContainerCommon inline
  1 name string always required
  2 image string
  3 command []string list=atomic
  4 args []string list=atomic
  5 workingDir string
  6 ports []ContainerPort list=map(containerPort,protocol) patch=merge(containerPort)
  19 envFrom []EnvFromSource list=atomic
  7 env []EnvVar list=map(name) patch=merge(name)
  8 resources ResourceRequirements
  23 resizePolicy []ContainerResizePolicy list=atomic
  24 restartPolicy string pointer go=v1.ContainerRestartPolicy values=Always|Never|OnFailure
  25 restartPolicyRules []ContainerRestartRule list=atomic
  9 volumeMounts []VolumeMount list=map(mountPath) patch=merge(mountPath)
  21 volumeDevices []VolumeDevice list=map(devicePath) patch=merge(devicePath)
  10 livenessProbe Probe pointer
  11 readinessProbe Probe pointer
  22 startupProbe Probe pointer
  12 lifecycle Lifecycle pointer
  13 terminationMessagePath string
  20 terminationMessagePolicy string go=v1.TerminationMessagePolicy enum=File|FallbackToLogsOnError
  14 imagePullPolicy string go=v1.PullPolicy enum=Always|Never|IfNotPresent
  15 securityContext SecurityContext pointer
  16 stdin bool
  17 stdinOnce bool
  18 tty bool
EphemeralVolumeSource
  1 volumeClaimTemplate PersistentVolumeClaimTemplate pointer
Event kind
  1 metadata meta.ObjectMeta always required
  2 involvedObject ObjectReference always required
  3 reason string
  4 message string
  5 source EventSource
  6 firstTimestamp Time
  7 lastTimestamp Time
  8 count int32
  9 type string
  10 eventTime MicroTime
  11 series EventSeries pointer
  12 action string
  13 related ObjectReference pointer
  14 reportingComponent string always
  15 reportingInstance string always
EventList kind
  1 metadata meta.ListMeta
  2 items []Event always required
EventSeries
  1 count int32
  2 lastObservedTime MicroTime
EventSource
  1 component string
  2 host string
ExecAction
  1 command []string list=atomic
FCVolumeSource
  1 targetWWNs []string list=atomic
  2 lun int32 pointer
  3 fsType string
  4 readOnly bool
  5 wwids []string list=atomic
FileKeySelector atomic
  1 volumeName string always required
  2 path string always required
  3 key string always required
  4 optional bool pointer default=false
FlexPersistentVolumeSource
  1 driver string always required
  2 fsType string
  3 secretRef SecretReference pointer
  4 readOnly bool
  5 options {}string
FlexVolumeSource
  1 driver string always required
  2 fsType string
  3 secretRef LocalObjectReference pointer
  4 readOnly bool
  5 options {}string
FlockerVolumeSource
  1 datasetName string
  2 datasetUUID string
GCEPersistentDiskVolumeSource
  1 pdName string always required
  2 fsType string
  3 partition int32
  4 readOnly bool
GRPCAction
  1 port int32 always required
  2 service string pointer-always default=""
GitRepoVolumeSource
  1 repository string always required
  2 revision string
  3 directory string
GlusterfsPersistentVolumeSource
  1 endpoints string always required
  2 path string always required
  3 readOnly bool
  4 endpointsNamespace string pointer
GlusterfsVolumeSource
  1 endpoints string always required
  2 path string always required
  3 readOnly bool
HTTPGetAction
  1 path string
  2 port IntOrString always required
  3 host string
  4 scheme string go=v1.URIScheme enum=HTTP|HTTPS
  5 httpHeaders []HTTPHeader list=atomic
HTTPHeader
  1 name string always required
  2 value string always required
HostAlias
  1 ip string always required
  2 hostnames []string list=atomic
HostIP
  1 ip string always required
HostPathVolumeSource
  1 path string always required
  2 type string pointer go=v1.HostPathType enum=|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice
ISCSIPersistentVolumeSource
  1 targetPortal string always required
  2 iqn string always required
  3 lun int32 always required
  4 iscsiInterface string default="default"
  5 fsType string
  6 readOnly bool
  7 portals []string list=atomic
  8 chapAuthDiscovery bool
  11 chapAuthSession bool
  10 secretRef SecretReference pointer
  12 initiatorName string pointer
ISCSIVolumeSource
  1 targetPortal string always required
  2 iqn string always required
  3 lun int32 always required
  4 iscsiInterface string default="default"
  5 fsType string
  6 readOnly bool
  7 portals []string list=atomic
  8 chapAuthDiscovery bool
  11 chapAuthSession bool
  10 secretRef LocalObjectReference pointer
  12 initiatorName string pointer
ImageVolumeSource
  1 reference string
  2 pullPolicy string go=v1.PullPolicy enum=Always|Never|IfNotPresent
ImageVolumeStatus
  1 imageRef string required
KeyToPath
  1 key string always required
  2 path string always required
  3 mode int32 pointer
Lifecycle
  1 postStart LifecycleHandler pointer
  2 preStop LifecycleHandler pointer
  3 stopSignal string pointer go=v1.Signal enum=SIGABRT|SIGALRM|SIGBUS|SIGCHLD|SIGCLD|SIGCONT|SIGFPE|SIGHUP|SIGILL|SIGINT|SIGIO|SIGIOT|SIGKILL|SIGPIPE|SIGPOLL|SIGPROF|SIGPWR|SIGQUIT|SIGSEGV|SIGSTKFLT|SIGSTOP|SIGSYS|SIGTERM|SIGTRAP|SIGTSTP|SIGTTIN|SIGTTOU|SIGURG|SIGUSR1|SIGUSR2|SIGVTALRM|SIGWINCH|SIGXCPU|SIGXFSZ|SIGRTMIN|SIGRTMIN+1|SIGRTMIN+2|SIGRTMIN+3|SIGRTMIN+4|SIGRTMIN+5|SIGRTMIN+6|SIGRTMIN+7|SIGRTMIN+8|SIGRTMIN+9|SIGRTMIN+10|SIGRTMIN+11|SIGRTMIN+12|SIGRTMIN+13|SIGRTMIN+14|SIGRTMIN+15|SIGRTMAX-14|SIGRTMAX-13|SIGRTMAX-12|SIGRTMAX-11|SIGRTMAX-10|SIGRTMAX-9|SIGRTMAX-8|SIGRTMAX-7|SIGRTMAX-6|SIGRTMAX-5|SIGRTMAX-4|SIGRTMAX-3|SIGRTMAX-2|SIGRTMAX-1|SIGRTMAX
LifecycleHandler
  1 exec ExecAction pointer
  2 httpGet HTTPGetAction pointer
  3 tcpSocket TCPSocketAction pointer
  4 sleep SleepAction pointer
LimitRange kind
  1 metadata meta.ObjectMeta
  2 spec LimitRangeSpec
LimitRangeItem
  1 type string always required go=v1.LimitType values=Pod|Container|PersistentVolumeClaim
  2 max {}Quantity go=v1.ResourceList
  3 min {}Quantity go=v1.ResourceList
  4 default {}Quantity go=v1.ResourceList
  5 defaultRequest {}Quantity go=v1.ResourceList
  6 maxLimitRequestRatio {}Quantity go=v1.ResourceList
LimitRangeList kind
  1 metadata meta.ListMeta
  2 items []LimitRange always required
LimitRangeSpec
  1 limits []LimitRangeItem always required list=atomic
LinuxContainerUser
  1 uid int64 always required
  2 gid int64 always required
  3 supplementalGroups []int64 list=atomic
LoadBalancerIngress
  1 ip string
  2 hostname string
  3 ipMode string pointer go=v1.LoadBalancerIPMode values=VIP|Proxy
  4 ports []PortStatus list=atomic
LoadBalancerStatus
  1 ingress []LoadBalancerIngress list=atomic
LocalObjectReference atomic
  1 name string default=""
LocalVolumeSource
  1 path string always required
  2 fsType string pointer
ModifyVolumeStatus
  1 targetVolumeAttributesClassName string
  2 status string always required go=v1.PersistentVolumeClaimModifyVolumeStatus enum=Pending|InProgress|Infeasible
NFSVolumeSource
  1 server string always required
  2 path string always required
  3 readOnly bool
Namespace kind
  1 metadata meta.ObjectMeta
  2 spec NamespaceSpec
  3 status NamespaceStatus
NamespaceCondition
  1 type string always required go=v1.NamespaceConditionType values=NamespaceDeletionDiscoveryFailure|NamespaceDeletionContentFailure|NamespaceDeletionGroupVersionParsingFailure|NamespaceContentRemaining|NamespaceFinalizersRemaining
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  4 lastTransitionTime Time
  5 reason string
  6 message string
NamespaceList kind
  1 metadata meta.ListMeta
  2 items []Namespace always required
NamespaceSpec
  1 finalizers []string list=atomic go=[]v1.FinalizerName values=kubernetes
NamespaceStatus
  1 phase string go=v1.NamespacePhase enum=Active|Terminating
  2 conditions []NamespaceCondition list=map(type) patch=merge(type)
Node kind
  1 metadata meta.ObjectMeta
  2 spec NodeSpec
  3 status NodeStatus
NodeAddress
  1 type string always required go=v1.NodeAddressType values=Hostname|InternalIP|ExternalIP|InternalDNS|ExternalDNS
  2 address string always required
NodeAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution NodeSelector pointer
  2 preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm list=atomic
NodeAllocatableResourceClaimStatus
  1 resourceClaimName string always required
  2 containers []string list=set
  3 resources {}Quantity always required go=map[v1.ResourceName]resource.Quantity
NodeCondition
  1 type string always required go=v1.NodeConditionType values=Ready|MemoryPressure|DiskPressure|PIDPressure|NetworkUnavailable|GracefulNodeShutdownInProgress|DrainInProgress|Drained|MaintenancePlanned|MaintenanceInProgress
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastHeartbeatTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
NodeConfigSource
  2 configMap ConfigMapNodeConfigSource pointer
NodeConfigStatus
  1 assigned NodeConfigSource pointer
  2 active NodeConfigSource pointer
  3 lastKnownGood NodeConfigSource pointer
  4 error string
NodeDaemonEndpoints
  1 kubeletEndpoint DaemonEndpoint
NodeFeatures
  1 supplementalGroupsPolicy bool pointer
NodeList kind
  1 metadata meta.ListMeta
  2 items []Node always required
NodeRuntimeHandler
  1 name string always
  2 features NodeRuntimeHandlerFeatures pointer
NodeRuntimeHandlerFeatures
  1 recursiveReadOnlyMounts bool pointer
  2 userNamespaces bool pointer
NodeSelector atomic
  1 nodeSelectorTerms []NodeSelectorTerm always required list=atomic
NodeSelectorRequirement
  1 key string always required
  2 operator string always required go=v1.NodeSelectorOperator enum=In|NotIn|Exists|DoesNotExist|Gt|Lt
  3 values []string list=atomic
NodeSelectorTerm atomic
  1 matchExpressions []NodeSelectorRequirement list=atomic
  2 matchFields []NodeSelectorRequirement list=atomic
NodeSpec
  1 podCIDR string
  7 podCIDRs []string list=set patch=merge
  3 providerID string
  4 unschedulable bool
  5 taints []Taint list=atomic
  6 configSource NodeConfigSource pointer
  2 externalID string
NodeStatus
  1 capacity {}Quantity go=v1.ResourceList
  2 allocatable {}Quantity go=v1.ResourceList
  3 phase string go=v1.NodePhase enum=Pending|Running|Terminated
  4 conditions []NodeCondition list=map(type) patch=merge(type)
  5 addresses []NodeAddress list=map(type) patch=merge(type)
  6 daemonEndpoints NodeDaemonEndpoints
  7 nodeInfo NodeSystemInfo
  8 images []ContainerImage list=atomic
  9 volumesInUse []string list=atomic go=[]v1.UniqueVolumeName
  10 volumesAttached []AttachedVolume list=atomic
  11 config NodeConfigStatus pointer
  12 runtimeHandlers []NodeRuntimeHandler list=atomic
  13 features NodeFeatures pointer
  14 declaredFeatures []string list=atomic
NodeSwapStatus
  1 capacity int64 pointer
NodeSystemInfo
  1 machineID string always required
  2 systemUUID string always required
  3 bootID string always required
  4 kernelVersion string always required
  5 osImage string always required
  6 containerRuntimeVersion string always required
  7 kubeletVersion string always required
  8 kubeProxyVersion string always required
  9 operatingSystem string always required
  10 architecture string always required
  11 swap NodeSwapStatus pointer
ObjectFieldSelector atomic
  1 apiVersion string
  2 fieldPath string always required
ObjectReference atomic
  1 kind string
  2 namespace string
  3 name string
  4 uid string go=types.UID
  5 apiVersion string
  6 resourceVersion string
  7 fieldPath string
PersistentVolume kind
  1 metadata meta.ObjectMeta
  2 spec PersistentVolumeSpec
  3 status PersistentVolumeStatus
PersistentVolumeClaim kind
  1 metadata meta.ObjectMeta
  2 spec PersistentVolumeClaimSpec
  3 status PersistentVolumeClaimStatus
PersistentVolumeClaimCondition
  1 type string always required go=v1.PersistentVolumeClaimConditionType values=Resizing|FileSystemResizePending|ControllerResizeError|NodeResizeError|ModifyVolumeError|ModifyingVolume|Unused
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastProbeTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
PersistentVolumeClaimList kind
  1 metadata meta.ListMeta
  2 items []PersistentVolumeClaim always required
PersistentVolumeClaimSpec
  1 accessModes []string list=atomic go=[]v1.PersistentVolumeAccessMode enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
  4 selector meta.LabelSelector pointer
  2 resources VolumeResourceRequirements
  3 volumeName string
  5 storageClassName string pointer
  6 volumeMode string pointer go=v1.PersistentVolumeMode enum=Block|Filesystem
  7 dataSource TypedLocalObjectReference pointer
  8 dataSourceRef TypedObjectReference pointer
  9 volumeAttributesClassName string pointer
PersistentVolumeClaimStatus
  1 phase string go=v1.PersistentVolumeClaimPhase enum=Pending|Bound|Lost
  2 accessModes []string list=atomic go=[]v1.PersistentVolumeAccessMode enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
  3 capacity {}Quantity go=v1.ResourceList
  4 conditions []PersistentVolumeClaimCondition list=map(type) patch=merge(type)
  5 allocatedResources {}Quantity go=v1.ResourceList
  7 allocatedResourceStatuses {}string map=granular go=map[v1.ResourceName]v1.ClaimResourceStatus
  8 currentVolumeAttributesClassName string pointer
  9 modifyVolumeStatus ModifyVolumeStatus pointer
PersistentVolumeClaimTemplate
  1 metadata meta.ObjectMeta
  2 spec PersistentVolumeClaimSpec always required
PersistentVolumeClaimVolumeSource
  1 claimName string always required
  2 readOnly bool
PersistentVolumeList kind
  1 metadata meta.ListMeta
  2 items []PersistentVolume always required
PersistentVolumeSource inline
  1 gcePersistentDisk GCEPersistentDiskVolumeSource pointer
  2 awsElasticBlockStore AWSElasticBlockStoreVolumeSource pointer
  3 hostPath HostPathVolumeSource pointer
  4 glusterfs GlusterfsPersistentVolumeSource pointer
  5 nfs NFSVolumeSource pointer
  6 rbd RBDPersistentVolumeSource pointer
  7 iscsi ISCSIPersistentVolumeSource pointer
  8 cinder CinderPersistentVolumeSource pointer
  9 cephfs CephFSPersistentVolumeSource pointer
  10 fc FCVolumeSource pointer
  11 flocker FlockerVolumeSource pointer
  12 flexVolume FlexPersistentVolumeSource pointer
  13 azureFile AzureFilePersistentVolumeSource pointer
  14 vsphereVolume VsphereVirtualDiskVolumeSource pointer
  15 quobyte QuobyteVolumeSource pointer
  16 azureDisk AzureDiskVolumeSource pointer
  17 photonPersistentDisk PhotonPersistentDiskVolumeSource pointer
  18 portworxVolume PortworxVolumeSource pointer
  19 scaleIO ScaleIOPersistentVolumeSource pointer
  20 local LocalVolumeSource pointer
  21 storageos StorageOSPersistentVolumeSource pointer
  22 csi CSIPersistentVolumeSource pointer
PersistentVolumeSpec
  1 capacity {}Quantity go=v1.ResourceList
  2 ...PersistentVolumeSource
  3 accessModes []string list=atomic go=[]v1.PersistentVolumeAccessMode enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
  4 claimRef ObjectReference pointer map=granular
  5 persistentVolumeReclaimPolicy string go=v1.PersistentVolumeReclaimPolicy enum=Recycle|Delete|Retain
  6 storageClassName string
  7 mountOptions []string list=atomic
  8 volumeMode string pointer go=v1.PersistentVolumeMode enum=Block|Filesystem
  9 nodeAffinity VolumeNodeAffinity pointer
  10 volumeAttributesClassName string pointer
PersistentVolumeStatus
  1 phase string go=v1.PersistentVolumePhase enum=Pending|Available|Bound|Released|Failed
  2 message string
  3 reason string
  4 lastPhaseTransitionTime Time pointer
PhotonPersistentDiskVolumeSource
  1 pdID string always required
  2 fsType string
Pod kind
  1 metadata meta.ObjectMeta
  2 spec PodSpec
  3 status PodStatus
PodAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm list=atomic
  2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm list=atomic
PodAffinityTerm
  1 labelSelector meta.LabelSelector pointer
  2 namespaces []string list=atomic
  3 topologyKey string always required
  4 namespaceSelector meta.LabelSelector pointer
  5 matchLabelKeys []string list=atomic
  6 mismatchLabelKeys []string list=atomic
PodAntiAffinity
  1 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm list=atomic
  2 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm list=atomic
PodCertificateProjection
  1 signerName string required
  2 keyType string required
  3 maxExpirationSeconds int32 pointer
  4 credentialBundlePath string
  5 keyPath string
  6 certificateChainPath string
  7 userAnnotations {}string
PodCondition
  1 type string always required go=v1.PodConditionType values=ContainersReady|Initialized|Ready|PodScheduled|DisruptionTarget|PodReadyToStartContainers|PodResizePending|PodResizeInProgress|AllContainersRestarting
  7 observedGeneration int64
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastProbeTime Time
  4 lastTransitionTime Time
  5 reason string
  6 message string
PodDNSConfig
  1 nameservers []string list=atomic
  2 searches []string list=atomic
  3 options []PodDNSConfigOption list=atomic
PodDNSConfigOption
  1 name string
  2 value string pointer
PodExtendedResourceClaimStatus
  1 requestMappings []ContainerExtendedResourceRequest always required list=atomic
  2 resourceClaimName string always required
PodIP
  1 ip string always required
PodList kind
  1 metadata meta.ListMeta
  2 items []Pod always required
PodOS
  1 name string always required go=v1.OSName values=linux|windows
PodReadinessGate
  1 conditionType string always required go=v1.PodConditionType values=ContainersReady|Initialized|Ready|PodScheduled|DisruptionTarget|PodReadyToStartContainers|PodResizePending|PodResizeInProgress|AllContainersRestarting
PodResourceClaim
  1 name string always required
  3 resourceClaimName string pointer
  4 resourceClaimTemplateName string pointer
PodResourceClaimStatus
  1 name string always required
  2 resourceClaimName string pointer
PodSchedulingGate
  1 name string always required
PodSchedulingGroup union=(podGroupName)
  1 podGroupName string pointer
PodSecurityContext
  1 seLinuxOptions SELinuxOptions pointer
  8 windowsOptions WindowsSecurityContextOptions pointer
  2 runAsUser int64 pointer
  6 runAsGroup int64 pointer
  3 runAsNonRoot bool pointer
  4 supplementalGroups []int64 list=atomic
  12 supplementalGroupsPolicy string pointer go=v1.SupplementalGroupsPolicy enum=Merge|Strict
  5 fsGroup int64 pointer
  7 sysctls []Sysctl list=atomic
  9 fsGroupChangePolicy string pointer go=v1.PodFSGroupChangePolicy enum=OnRootMismatch|Always
  10 seccompProfile SeccompProfile pointer
  11 appArmorProfile AppArmorProfile pointer
  13 seLinuxChangePolicy string pointer go=v1.PodSELinuxChangePolicy values=Recursive|MountOption
PodSpec
  1 volumes []Volume list=map(name) patch=merge,retainKeys(name)
  20 initContainers []Container list=map(name) patch=merge(name)
  2 containers []Container always required list=map(name) patch=merge(name)
  34 ephemeralContainers []EphemeralContainer list=map(name) patch=merge(name)
  3 restartPolicy string go=v1.RestartPolicy enum=Always|OnFailure|Never
  4 terminationGracePeriodSeconds int64 pointer
  5 activeDeadlineSeconds int64 pointer
  6 dnsPolicy string go=v1.DNSPolicy enum=ClusterFirstWithHostNet|ClusterFirst|Default|None
  7 nodeSelector {}string map=atomic
  8 serviceAccountName string
  9 serviceAccount string
  21 automountServiceAccountToken bool pointer
  10 nodeName string
  11 hostNetwork bool
  12 hostPID bool
  13 hostIPC bool
  27 shareProcessNamespace bool pointer
  14 securityContext PodSecurityContext pointer
  15 imagePullSecrets []LocalObjectReference list=map(name) patch=merge(name)
  16 hostname string
  17 subdomain string
  18 affinity Affinity pointer
  19 schedulerName string
  22 tolerations []Toleration list=atomic
  23 hostAliases []HostAlias list=map(ip) patch=merge(ip)
  24 priorityClassName string
  25 priority int32 pointer
  26 dnsConfig PodDNSConfig pointer
  28 readinessGates []PodReadinessGate list=atomic
  29 runtimeClassName string pointer
  30 enableServiceLinks bool pointer
  31 preemptionPolicy string pointer go=v1.PreemptionPolicy enum=PreemptLowerPriority|Never
  32 overhead {}Quantity go=v1.ResourceList
  33 topologySpreadConstraints []TopologySpreadConstraint list=map(topologyKey,whenUnsatisfiable) patch=merge(topologyKey)
  35 setHostnameAsFQDN bool pointer
  36 os PodOS pointer
  37 hostUsers bool pointer
  38 schedulingGates []PodSchedulingGate list=map(name) patch=merge(name)
  39 resourceClaims []PodResourceClaim list=map(name) patch=merge,retainKeys(name)
  40 resources ResourceRequirements pointer
  41 hostnameOverride string pointer
  43 schedulingGroup PodSchedulingGroup pointer
PodStatus
  17 observedGeneration int64
  1 phase string go=v1.PodPhase enum=Pending|Running|Succeeded|Failed|Unknown
  2 conditions []PodCondition list=map(type) patch=merge(type)
  3 message string
  4 reason string
  11 nominatedNodeName string
  5 hostIP string
  16 hostIPs []HostIP list=atomic patch=merge(ip)
  6 podIP string
  12 podIPs []PodIP list=map(ip) patch=merge(ip)
  7 startTime Time pointer
  10 initContainerStatuses []ContainerStatus list=atomic
  8 containerStatuses []ContainerStatus list=atomic
  9 qosClass string go=v1.PodQOSClass enum=Guaranteed|Burstable|BestEffort
  13 ephemeralContainerStatuses []ContainerStatus list=atomic
  14 resize string go=v1.PodResizeStatus values=InProgress|Deferred|Infeasible
  15 resourceClaimStatuses []PodResourceClaimStatus list=map(name) patch=merge,retainKeys(name)
  18 extendedResourceClaimStatus PodExtendedResourceClaimStatus pointer
  19 allocatedResources {}Quantity go=v1.ResourceList
  20 resources ResourceRequirements pointer
  21 nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus list=atomic
PodTemplate kind
  1 metadata meta.ObjectMeta
  2 template PodTemplateSpec
PodTemplateList kind
  1 metadata meta.ListMeta
  2 items []PodTemplate always required
PodTemplateSpec
  1 metadata meta.ObjectMeta
  2 spec PodSpec
PortStatus
  1 port int32 always required
  2 protocol string always required go=v1.Protocol enum=TCP|UDP|SCTP
  3 error string pointer
PortworxVolumeSource
  1 volumeID string always required
  2 fsType string
  3 readOnly bool
PreferredSchedulingTerm
  1 weight int32 always required
  2 preference NodeSelectorTerm always required
Probe
  1 ...ProbeHandler
  2 initialDelaySeconds int32
  3 timeoutSeconds int32
  4 periodSeconds int32
  5 successThreshold int32
  6 failureThreshold int32
  7 terminationGracePeriodSeconds int64 pointer
ProbeHandler inline
  1 exec ExecAction pointer
  2 httpGet HTTPGetAction pointer
  3 tcpSocket TCPSocketAction pointer
  4 grpc GRPCAction pointer
ProjectedVolumeSource
  1 sources []VolumeProjection always list=atomic
  2 defaultMode int32 pointer
QuobyteVolumeSource
  1 registry string always required
  2 volume string always required
  3 readOnly bool
  4 user string
  5 group string
  6 tenant string
RBDPersistentVolumeSource
  1 monitors []string always required list=atomic
  2 image string always required
  3 fsType string
  4 pool string default="rbd"
  5 user string default="admin"
  6 keyring string default="/etc/ceph/keyring"
  7 secretRef SecretReference pointer
  8 readOnly bool
RBDVolumeSource
  1 monitors []string always required list=atomic
  2 image string always required
  3 fsType string
  4 pool string default="rbd"
  5 user string default="admin"
  6 keyring string default="/etc/ceph/keyring"
  7 secretRef LocalObjectReference pointer
  8 readOnly bool
ReplicationController kind
  1 metadata meta.ObjectMeta
  2 spec ReplicationControllerSpec
  3 status ReplicationControllerStatus
ReplicationControllerCondition
  1 type string always required go=v1.ReplicationControllerConditionType values=ReplicaFailure
  2 status string always required go=v1.ConditionStatus values=True|False|Unknown
  3 lastTransitionTime Time
  4 reason string
  5 message string
ReplicationControllerList kind
  1 metadata meta.ListMeta
  2 items []ReplicationController always required
ReplicationControllerSpec
  1 replicas int32 pointer default=1
  4 minReadySeconds int32 default=0
  2 selector {}string map=atomic
  3 template PodTemplateSpec pointer
ReplicationControllerStatus
  1 replicas int32 always required
  2 fullyLabeledReplicas int32
  4 readyReplicas int32
  5 availableReplicas int32
  3 observedGeneration int64
  6 conditions []ReplicationControllerCondition list=map(type) patch=merge(type)
ResourceClaim
  1 name string always required
  2 request string
ResourceFieldSelector atomic
  1 containerName string
  2 resource string always required
  3 divisor Quantity
ResourceHealth
  1 resourceID string always required go=v1.ResourceID
  2 health string go=v1.ResourceHealthStatus values=Healthy|Unhealthy|Unknown
  6 message string pointer
ResourceQuota kind
  1 metadata meta.ObjectMeta
  2 spec ResourceQuotaSpec
  3 status ResourceQuotaStatus
ResourceQuotaList kind
  1 metadata meta.ListMeta
  2 items []ResourceQuota always required
ResourceQuotaSpec
  1 hard {}Quantity go=v1.ResourceList
  2 scopes []string list=atomic go=[]v1.ResourceQuotaScope enum=Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|CrossNamespacePodAffinity|VolumeAttributesClass
  3 scopeSelector ScopeSelector pointer
ResourceQuotaStatus
  1 hard {}Quantity go=v1.ResourceList
  2 used {}Quantity go=v1.ResourceList
ResourceRequirements
  1 limits {}Quantity go=v1.ResourceList
  2 requests {}Quantity go=v1.ResourceList
  3 claims []ResourceClaim list=map(name)
ResourceStatus
  1 name string always required go=v1.ResourceName values=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
  2 resources []ResourceHealth list=map(resourceID)
SELinuxOptions
  1 user string
  2 role string
  3 type string
  4 level string
ScaleIOPersistentVolumeSource
  1 gateway string always required
  2 system string always required
  3 secretRef SecretReference pointer-always required
  4 sslEnabled bool
  5 protectionDomain string
  6 storagePool string
  7 storageMode string default="ThinProvisioned"
  8 volumeName string
  9 fsType string default="xfs"
  10 readOnly bool
ScaleIOVolumeSource
  1 gateway string always required
  2 system string always required
  3 secretRef LocalObjectReference pointer-always required
  4 sslEnabled bool
  5 protectionDomain string
  6 storagePool string
  7 storageMode string default="ThinProvisioned"
  8 volumeName string
  9 fsType string default="xfs"
  10 readOnly bool
ScopeSelector atomic
  1 matchExpressions []ScopedResourceSelectorRequirement list=atomic
ScopedResourceSelectorRequirement
  1 scopeName string always required go=v1.ResourceQuotaScope enum=Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|CrossNamespacePodAffinity|VolumeAttributesClass
  2 operator string always required go=v1.ScopeSelectorOperator enum=In|NotIn|Exists|DoesNotExist
  3 values []string list=atomic
SeccompProfile union=type(localhostProfile)
  1 type string always required go=v1.SeccompProfileType enum=Unconfined|RuntimeDefault|Localhost
  2 localhostProfile string pointer
Secret kind
  1 metadata meta.ObjectMeta
  5 immutable bool pointer
  2 data {}bytes
  4 stringData {}string
  3 type string go=v1.SecretType values=Opaque|kubernetes.io/service-account-token|kubernetes.io/dockercfg|kubernetes.io/dockerconfigjson|kubernetes.io/basic-auth|kubernetes.io/ssh-auth|kubernetes.io/tls|bootstrap.kubernetes.io/token
SecretEnvSource
  1 ...LocalObjectReference
  2 optional bool pointer
SecretKeySelector atomic
  1 ...LocalObjectReference
  2 key string always required
  3 optional bool pointer
SecretList kind
  1 metadata meta.ListMeta
  2 items []Secret always required
SecretProjection
  1 ...LocalObjectReference
  2 items []KeyToPath list=atomic
  4 optional bool pointer
SecretReference atomic
  1 name string
  2 namespace string
SecretVolumeSource
  1 secretName string
  2 items []KeyToPath list=atomic
  3 defaultMode int32 pointer
  4 optional bool pointer
SecurityContext
  1 capabilities Capabilities pointer
  2 privileged bool pointer
  3 seLinuxOptions SELinuxOptions pointer
  10 windowsOptions WindowsSecurityContextOptions pointer
  4 runAsUser int64 pointer
  8 runAsGroup int64 pointer
  5 runAsNonRoot bool pointer
  6 readOnlyRootFilesystem bool pointer
  7 allowPrivilegeEscalation bool pointer
  9 procMount string pointer go=v1.ProcMountType enum=Default|Unmasked
  11 seccompProfile SeccompProfile pointer
  12 appArmorProfile AppArmorProfile pointer
Service kind
  1 metadata meta.ObjectMeta
  2 spec ServiceSpec
  3 status ServiceStatus
ServiceAccount kind
  1 metadata meta.ObjectMeta
  2 secrets []ObjectReference list=map(name) patch=merge(name)
  3 imagePullSecrets []LocalObjectReference list=atomic
  4 automountServiceAccountToken bool pointer
ServiceAccountList kind
  1 metadata meta.ListMeta
  2 items []ServiceAccount always required
ServiceAccountTokenProjection
  1 audience string
  2 expirationSeconds int64 pointer
  3 path string always required
ServiceList kind
  1 metadata meta.ListMeta
  2 items []Service always required
ServicePort
  1 name string
  2 protocol string go=v1.Protocol default="TCP" enum=TCP|UDP|SCTP
  6 appProtocol string pointer
  3 port int32 always required
  4 targetPort IntOrString
  5 nodePort int32
ServiceSpec
  1 ports []ServicePort list=map(port,protocol) patch=merge(port)
  2 selector {}string map=atomic
  3 clusterIP string
  18 clusterIPs []string list=atomic
  4 type string go=v1.ServiceType enum=ClusterIP|NodePort|LoadBalancer|ExternalName
  5 externalIPs []string list=atomic
  7 sessionAffinity string go=v1.ServiceAffinity enum=ClientIP|None
  8 loadBalancerIP string
  9 loadBalancerSourceRanges []string list=atomic
  10 externalName string
  11 externalTrafficPolicy string go=v1.ServiceExternalTrafficPolicy enum=Cluster|Local
  12 healthCheckNodePort int32
  13 publishNotReadyAddresses bool
  14 sessionAffinityConfig SessionAffinityConfig pointer
  19 ipFamilies []string list=atomic go=[]v1.IPFamily enum=IPv4|IPv6|
  17 ipFamilyPolicy string pointer go=v1.IPFamilyPolicy enum=SingleStack|PreferDualStack|RequireDualStack
  20 allocateLoadBalancerNodePorts bool pointer
  21 loadBalancerClass string pointer
  22 internalTrafficPolicy string pointer go=v1.ServiceInternalTrafficPolicy enum=Cluster|Local
  23 trafficDistribution string pointer
ServiceStatus
  1 loadBalancer LoadBalancerStatus
  2 conditions []meta.Condition list=map(type) patch=merge(type)
SessionAffinityConfig
  1 clientIP ClientIPConfig pointer
SleepAction
  1 seconds int64 always required
StorageOSPersistentVolumeSource
  1 volumeName string
  2 volumeNamespace string
  3 fsType string
  4 readOnly bool
  5 secretRef ObjectReference pointer
StorageOSVolumeSource
  1 volumeName string
  2 volumeNamespace string
  3 fsType string
  4 readOnly bool
  5 secretRef LocalObjectReference pointer
Sysctl
  1 name string always required
  2 value string always required
TCPSocketAction
  1 port IntOrString always required
  2 host string
Taint
  1 key string always required
  2 value string
  3 effect string always required go=v1.TaintEffect enum=NoSchedule|PreferNoSchedule|NoExecute
  4 timeAdded Time pointer
Toleration
  1 key string
  2 operator string go=v1.TolerationOperator enum=Exists|Equal|Lt|Gt
  3 value string
  4 effect string go=v1.TaintEffect enum=NoSchedule|PreferNoSchedule|NoExecute
  5 tolerationSeconds int64 pointer
TopologySelectorLabelRequirement
  1 key string always required
  2 values []string always required list=atomic
TopologySelectorTerm atomic
  1 matchLabelExpressions []TopologySelectorLabelRequirement list=atomic
TopologySpreadConstraint
  1 maxSkew int32 always required
  2 topologyKey string always required
  3 whenUnsatisfiable string always required go=v1.UnsatisfiableConstraintAction enum=DoNotSchedule|ScheduleAnyway
  4 labelSelector meta.LabelSelector pointer
  5 minDomains int32 pointer
  6 nodeAffinityPolicy string pointer go=v1.NodeInclusionPolicy enum=Ignore|Honor
  7 nodeTaintsPolicy string pointer go=v1.NodeInclusionPolicy enum=Ignore|Honor
  8 matchLabelKeys []string list=atomic
TypedLocalObjectReference atomic
  1 apiGroup string pointer-always
  2 kind string always required
  3 name string always required
TypedObjectReference
  1 apiGroup string pointer-always
  2 kind string always required
  3 name string always required
  4 namespace string pointer
Volume
  1 name string always required
  2 ...VolumeSource
VolumeDevice
  1 name string always required
  2 devicePath string always required
VolumeMount
  1 name string always required
  2 readOnly bool
  7 recursiveReadOnly string pointer go=v1.RecursiveReadOnlyMode values=Disabled|IfPossible|Enabled
  3 mountPath string always required
  4 subPath string
  5 mountPropagation string pointer go=v1.MountPropagationMode enum=None|HostToContainer|Bidirectional
  6 subPathExpr string
VolumeMountStatus
  1 name string always required
  2 mountPath string always required
  3 readOnly bool
  4 recursiveReadOnly string pointer go=v1.RecursiveReadOnlyMode values=Disabled|IfPossible|Enabled
  5 volumeStatus VolumeStatus pointer
VolumeNodeAffinity
  1 required NodeSelector pointer
VolumeProjection
  1 secret SecretProjection pointer
  2 downwardAPI DownwardAPIProjection pointer
  3 configMap ConfigMapProjection pointer
  4 serviceAccountToken ServiceAccountTokenProjection pointer
  5 clusterTrustBundle ClusterTrustBundleProjection pointer
  6 podCertificate PodCertificateProjection pointer
VolumeResourceRequirements
  1 limits {}Quantity go=v1.ResourceList
  2 requests {}Quantity go=v1.ResourceList
VolumeSource inline
  1 hostPath HostPathVolumeSource pointer
  2 emptyDir EmptyDirVolumeSource pointer
  3 gcePersistentDisk GCEPersistentDiskVolumeSource pointer
  4 awsElasticBlockStore AWSElasticBlockStoreVolumeSource pointer
  5 gitRepo GitRepoVolumeSource pointer
  6 secret SecretVolumeSource pointer
  7 nfs NFSVolumeSource pointer
  8 iscsi ISCSIVolumeSource pointer
  9 glusterfs GlusterfsVolumeSource pointer
  10 persistentVolumeClaim PersistentVolumeClaimVolumeSource pointer
  11 rbd RBDVolumeSource pointer
  12 flexVolume FlexVolumeSource pointer
  13 cinder CinderVolumeSource pointer
  14 cephfs CephFSVolumeSource pointer
  15 flocker FlockerVolumeSource pointer
  16 downwardAPI DownwardAPIVolumeSource pointer
  17 fc FCVolumeSource pointer
  18 azureFile AzureFileVolumeSource pointer
  19 configMap ConfigMapVolumeSource pointer
  20 vsphereVolume VsphereVirtualDiskVolumeSource pointer
  21 quobyte QuobyteVolumeSource pointer
  22 azureDisk AzureDiskVolumeSource pointer
  23 photonPersistentDisk PhotonPersistentDiskVolumeSource pointer
  26 projected ProjectedVolumeSource pointer
  24 portworxVolume PortworxVolumeSource pointer
  25 scaleIO ScaleIOVolumeSource pointer
  27 storageos StorageOSVolumeSource pointer
  28 csi CSIVolumeSource pointer
  29 ephemeral EphemeralVolumeSource pointer
  30 image ImageVolumeSource pointer
VolumeStatus
  1 image ImageVolumeStatus pointer
VsphereVirtualDiskVolumeSource
  1 volumePath string always required
  2 fsType string
  3 storagePolicyName string
  4 storagePolicyID string
WeightedPodAffinityTerm
  1 weight int32 always required
  2 podAffinityTerm PodAffinityTerm always required
WindowsSecurityContextOptions
  1 gmsaCredentialSpecName string pointer
  2 gmsaCredentialSpec string pointer
  3 runAsUserName string pointer
  4 hostProcess bool pointer
`;
